// Reads bytes that may be anything.

/** The bytes end too early, or hold a number that no writer writes. */
export class BytesError extends Error {
  override readonly name = 'BytesError';
}

/** Every method throws `BytesError` when there is no such thing. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new BytesError('the bytes end too early');
    this.#at += 1;
    return byte;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8();
      value += (byte % 0x80) * scale;
      if (!Number.isSafeInteger(value)) throw new BytesError('a number is too large');
      if (byte < 0x80) return value;
    }
  }

  u64(): bigint {
    const bytes = this.bytes(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  /** A view. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new BytesError('the bytes end too early');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  block(): Uint8Array {
    return this.bytes(this.varint());
  }
}

// Little-endian structures of known length, filled in by named offset. All ACPI tables are little-endian (ACPI 6.5, 5.2).

import { assert } from '../base/assert.ts';

/** A zero-filled byte structure; every write is checked to fit the field and the structure. */
export class Structure {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** `length` in bytes. */
  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(offset: number, value: number): void {
    this.#require(offset, 1, value);
    this.#view.setUint8(offset, value);
  }

  u16(offset: number, value: number): void {
    this.#require(offset, 2, value);
    this.#view.setUint16(offset, value, true);
  }

  u32(offset: number, value: number): void {
    this.#require(offset, 4, value);
    this.#view.setUint32(offset, value, true);
  }

  /** Writes a 64-bit field; `value` is an integer below 2^53. */
  u64(offset: number, value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, `${value} is no address below 2^53`);
    assert(offset + 8 <= this.bytes.length, `field at ${offset} lies inside the structure`);
    this.#view.setBigUint64(offset, BigInt(value), true);
  }

  /** Writes ASCII text; what `width` leaves over is filled with `padding` (a character code). */
  ascii(offset: number, text: string, width: number, padding: number): void {
    assert(/^[\x20-\x7e]*$/.test(text), `'${text}' is printable ASCII`);
    assert(text.length <= width, `'${text}' fits ${width} bytes`);
    assert(offset + width <= this.bytes.length, `field at ${offset} lies inside the structure`);
    this.bytes.fill(padding, offset, offset + width);
    for (let i = 0; i < text.length; i++) this.bytes[offset + i] = text.charCodeAt(i);
  }

  #require(offset: number, width: 1 | 2 | 4, value: number): void {
    assert(offset + width <= this.bytes.length, `field at ${offset} lies inside the structure`);
    assert(
      Number.isInteger(value) && value >= 0 && value < 2 ** (8 * width),
      `${value} fits ${width} bytes`,
    );
  }
}

/** One array with the bytes of all `parts`, in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

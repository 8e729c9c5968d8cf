// Packed little-endian structures, written and read field by field: no offsets, so that nothing here agrees with a
// device's offsets by having copied them.

import { assert } from '../../src/base/assert.ts';

/** A field's width in bytes and value. */
export type Field = readonly [width: 1 | 2 | 4 | 8, value: bigint | number];

/** `count` zero bytes. */
export function zeros(count: number): readonly Field[] {
  return Array.from({ length: count }, (): Field => [1, 0]);
}

/** The fields one behind the other. */
export function pack(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([width, value]) =>
      Array.from({ length: width }, (_, index) =>
        Number((BigInt(value) >> BigInt(8 * index)) & 0xffn),
      ),
    ),
  );
}

/** Reads fields in their order; throws beyond the end. */
export class PackedReader {
  readonly #bytes: Uint8Array;
  #next = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#next;
  }

  u64(): bigint {
    return this.#read(8);
  }

  u32(): number {
    return Number(this.#read(4));
  }

  u16(): number {
    return Number(this.#read(2));
  }

  u8(): number {
    return Number(this.#read(1));
  }

  /** The next bytes as a structure of their own. */
  take(count: number): PackedReader {
    assert(count <= this.remaining, `${count} bytes are left to read`);
    this.#next += count;
    return new PackedReader(this.#bytes.subarray(this.#next - count, this.#next));
  }

  /** Reads reserved bytes or padding; throws when one of them is not zero. */
  zeros(count: number): void {
    const reader = this.take(count);
    while (reader.remaining > 0) {
      if (reader.u8() !== 0) throw new Error('a reserved byte is not zero');
    }
  }

  #read(width: number): bigint {
    assert(width <= this.remaining, `${width} bytes are left to read`);
    let value = 0n;
    for (let index = 0; index < width; index++) {
      value |= BigInt(this.#bytes[this.#next + index] ?? 0) << BigInt(8 * index);
    }
    this.#next += width;
    return value;
  }
}

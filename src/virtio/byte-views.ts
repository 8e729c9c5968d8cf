// A block of scratch bytes whose beginning is used, with a view for each length that it is mostly used in.

/** Keeps every view it made: a transfer of a length that occurred before allocates nothing. */
export class ByteViews {
  /** All of the block. */
  readonly view: DataView;
  readonly #unit: number;
  readonly #bytes: Uint8Array;
  /** By how many units they have; as long as the longest one asked for. */
  readonly #views: (Uint8Array | undefined)[] = [];

  /** Room for `count` units of `unit` bytes; at most `count` views are kept. */
  constructor(unit: number, count: number) {
    this.#unit = unit;
    this.#bytes = new Uint8Array(unit * count);
    this.view = new DataView(this.#bytes.buffer);
  }

  /** The first `length` bytes; the view is kept when they are a whole number of units. */
  first(length: number): Uint8Array {
    const count = length / this.#unit;
    if (!Number.isInteger(count)) return this.#bytes.subarray(0, length);
    while (this.#views.length <= count) this.#views.push(undefined);
    return (this.#views[count] ??= this.#bytes.subarray(0, length));
  }
}

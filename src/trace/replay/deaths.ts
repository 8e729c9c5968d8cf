// When the lifetimes that began in a chunk ended: a column beside its events, and maxima above it, so that those which are
// alive at a moment are found without a look at the others.

/** Row of a lifetime that goes on; rows of no lifetime have 0. */
const ALIVE = 0xffff_ffff;
const FAN_OUT = 16;
const BLOCK = FAN_OUT * FAN_OUT;

/** Ends count from the first sequence of the chunk. */
export class Deaths {
  #ends: Uint32Array;
  /** The latest end of 16 rows each, and of 256. */
  #sixteens: Uint32Array;
  #blocks: Uint32Array;

  constructor(capacity: number) {
    this.#ends = new Uint32Array(capacity);
    this.#sixteens = new Uint32Array(Math.ceil(capacity / FAN_OUT));
    this.#blocks = new Uint32Array(Math.ceil(capacity / BLOCK));
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return 4 * (this.#ends.length + this.#sixteens.length + this.#blocks.length);
  }

  /** Whether a lifetime begins at a row. */
  has(row: number): boolean {
    return (this.#ends[row] ?? 0) !== 0;
  }

  /** When the lifetime of a row ended; Infinity while it goes on, 0 where none begins. */
  endOf(row: number): number {
    const end = this.#ends[row] ?? 0;
    return end === ALIVE ? Infinity : end;
  }

  /** A lifetime begins, or goes on after all. */
  setAlive(row: number): void {
    this.#ends[row] = ALIVE;
    this.#sixteens[Math.floor(row / FAN_OUT)] = ALIVE;
    this.#blocks[Math.floor(row / BLOCK)] = ALIVE;
  }

  end(row: number, end: number): void {
    this.#ends[row] = end;
    const sixteen = Math.floor(row / FAN_OUT);
    this.#sixteens[sixteen] = latest(this.#ends, sixteen);
    const block = Math.floor(row / BLOCK);
    this.#blocks[block] = latest(this.#sixteens, block);
  }

  /** Calls with each row before `endRow` whose lifetime ends after `moment`, or never, in their order. */
  forEachAfter(moment: number, endRow: number, call: (row: number) => void): void {
    for (let block = 0; block * BLOCK < endRow; block += 1) {
      if ((this.#blocks[block] ?? 0) <= moment) continue;
      const lastSixteen = Math.min((block + 1) * FAN_OUT, this.#sixteens.length);
      for (let sixteen = block * FAN_OUT; sixteen < lastSixteen; sixteen += 1) {
        if ((this.#sixteens[sixteen] ?? 0) <= moment) continue;
        const lastRow = Math.min((sixteen + 1) * FAN_OUT, endRow);
        for (let row = sixteen * FAN_OUT; row < lastRow; row += 1) {
          if ((this.#ends[row] ?? 0) > moment) call(row);
        }
      }
    }
  }

  /** Gives back the room behind the first `count` rows. */
  trim(count: number): void {
    this.#ends = this.#ends.slice(0, count);
    this.#sixteens = this.#sixteens.slice(0, Math.ceil(count / FAN_OUT));
    this.#blocks = this.#blocks.slice(0, Math.ceil(count / BLOCK));
  }
}

function latest(ends: Uint32Array, group: number): number {
  let most = 0;
  const last = Math.min((group + 1) * FAN_OUT, ends.length);
  for (let at = group * FAN_OUT; at < last; at += 1) most = Math.max(most, ends[at] ?? 0);
  return most;
}

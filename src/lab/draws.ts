// Numbers that look random and are the same each time (xorshift32; Marsaglia 2003, "Xorshift RNGs").

const TWO_32 = 0x1_0000_0000;

export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** 32 bits. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor((this.next() / TWO_32) * bound);
  }
}

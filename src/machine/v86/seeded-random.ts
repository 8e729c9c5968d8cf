// Chance from a seed: the same seed, the same numbers.

/** Plain data: four unsigned 32-bit words. */
export type RandomState = readonly [number, number, number, number];

/** Steps until the seed has spread to all of the state. */
const WARM_UP = 15;

/** The generator sfc32 (Chris Doty-Humphrey's PractRand): 128 bits of state, 32 bits a step. */
export class SeededRandom {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** `seed` is any unsigned 32-bit number. */
  constructor(seed: number) {
    this.#a = 0x9e37_79b9;
    this.#b = 0x243f_6a88;
    this.#c = seed >>> 0;
    for (let step = 0; step < WARM_UP; step += 1) this.next();
  }

  /** The next 32 bits, unsigned. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  fill(target: Uint8Array): void {
    for (let index = 0; index < target.length; index += 1) target[index] = this.next() >>> 24;
  }

  save(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  restore([a, b, c, counter]: RandomState): void {
    this.#a = a >>> 0;
    this.#b = b >>> 0;
    this.#c = c >>> 0;
    this.#counter = counter >>> 0;
  }
}

// Seeded random choices: the same seed gives the same run everywhere.

import { assert } from '../../src/base/assert.ts';

/** A choice and how often it is taken, relative to the others of its list. */
export type Weighted<T> = readonly [weight: number, choice: T];

/** mulberry32: 32 bits of state, which is plenty for choosing requests. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to 2^32 - 1. */
  u32(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + (this.u32() % (to - from + 1));
  }

  /** True once in `1 / probability` times. */
  chance(probability: number): boolean {
    return this.u32() < probability * 0x1_0000_0000;
  }

  pick<T>(choices: readonly T[]): T {
    const index = this.between(0, choices.length - 1);
    const choice = choices[index];
    assert(index < choices.length && choice !== undefined, 'there is something to pick from');
    return choice;
  }

  weighted<T>(choices: readonly Weighted<T>[]): T {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let rest = (this.u32() / 0x1_0000_0000) * total;
    for (const [weight, choice] of choices) {
      if (rest < weight) return choice;
      rest -= weight;
    }
    return this.pick(choices)[1];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32());
  }
}

// 16 addresses in one call: inputs are written to linear memory, answers are read from there.

import type { Draws } from '../draws.ts';
import type { Work } from '../race.ts';

/** The call and its places, as indices into `words`. */
export interface BatchInputs {
  /** Translates `count` inputs for one owner; returns the number of segments. */
  readonly translateBatch: (owner: number, count: number, access: number) => number;
  readonly owner: number;
  readonly words: Uint32Array;
  /** Inputs of four words: low, high, length, unused. */
  readonly inputAt: number;
  /** Segments that begin with low and high, `answerWords` apart. */
  readonly answerAt: number;
  readonly answerWords: number;
}

/** `start` and `end` are multiples of 16. */
export function batchLookup(
  { translateBatch, owner, words, inputAt, answerAt, answerWords }: BatchInputs,
  { highs, lows }: Draws,
  accessLength: number,
): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw += 16) {
      for (let index = 0, at = inputAt; index < 16; index++, at += 4) {
        words[at] = lows[draw + index] ?? 0;
        words[at + 1] = highs[draw + index] ?? 0;
        words[at + 2] = accessLength;
      }
      if (translateBatch(owner, 16, 1) !== 16) return NaN;
      for (let index = 0, at = answerAt; index < 16; index++, at += answerWords) {
        sum = (sum + ((words[at] ?? 0) ^ (words[at + 1] ?? 0))) | 0;
      }
    }
    return sum;
  };
}

// 16 addresses in one call: inputs are written to linear memory, answers are read from there.

import type { Draws } from '../draws.ts';
import { compile } from '../fresh-copy.ts';
import type { Work } from '../race.ts';

/** The call and its places, as indices into `words`. */
export interface BatchInputs {
  /** Translates `count` inputs from number `first` on for one owner; returns the number of segments. */
  readonly translateBatch: (owner: number, first: number, count: number, access: number) => number;
  readonly owner: number;
  readonly words: Uint32Array;
  /** Inputs of four words: low, high, length, unused. */
  readonly inputAt: number;
  /** Segments that begin with low and high, `answerWords` apart. */
  readonly answerAt: number;
  readonly answerWords: number;
}

type MakeBatchLookup = (inputs: BatchInputs, draws: Draws, accessLength: number) => Work;

const INDICES = Array.from({ length: 16 }, (_, index) => index);

/**
 * `start` and `end` of the work are multiples of 16. The text has no loop over the 16, as there is none where a queue
 * hands over its descriptors one by one: V8 would spend more time on its turns than on their work.
 */
export function batchLookup(inputs: BatchInputs, draws: Draws, accessLength: number): Work {
  const { inputAt, answerAt, answerWords } = inputs;
  const write = INDICES.map((index) => {
    const at = inputAt + index * 4;
    return `words[${at}] = lows[draw + ${index}] ?? 0;
      words[${at + 1}] = highs[draw + ${index}] ?? 0;
      words[${at + 2}] = accessLength;`;
  });
  const read = INDICES.map((index) => {
    const at = answerAt + index * answerWords;
    return `sum = (sum + ((words[${at}] ?? 0) ^ (words[${at + 1}] ?? 0))) | 0;`;
  });
  const make: MakeBatchLookup = compile(
    `({ translateBatch, owner, words }, { highs, lows }, accessLength) => (start, end) => {
      let sum = 0;
      for (let draw = start; draw < end; draw += 16) {
        ${write.join('\n')}
        if (translateBatch(owner, 0, 16, 1) !== 16) return NaN;
        ${read.join('\n')}
      }
      return sum;
    }`,
  );
  return make(inputs, draws, accessLength);
}

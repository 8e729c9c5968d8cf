// The teaching device of a plan.

import { EDU_DMA_MASK } from '../../endpoints/edu-registers.ts';
import type { PlannedEdu } from './machine-plan.ts';
import { readFields, readWord, refuse, wordText } from './plan-fields.ts';

/** A device with fewer address bits could not reach behind the first page. */
const LEAST_MASK = 0xfffn;

/** With defaults filled in. Throws `PlanError`. */
export function readEdu(value: unknown, path: string): PlannedEdu {
  const fields = readFields(value, path, ['dmaMask']);
  if (!fields.has('dmaMask')) return { dmaMask: wordText(EDU_DMA_MASK) };
  const mask = readWord(fields.get('dmaMask'), `${path}.dmaMask`);
  // A driver tells Linux a number of bits (`DMA_BIT_MASK`): a mask with gaps is the mask of no bus
  if (mask >= LEAST_MASK && (mask & (mask + 1n)) === 0n) return { dmaMask: wordText(mask) };
  return refuse(
    `${path}.dmaMask`,
    'the address bits of edu without gaps, 12 to 64 of them, such as "0xfffffff" for 28',
    wordText(mask),
  );
}

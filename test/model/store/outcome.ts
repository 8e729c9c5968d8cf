// What a store run has met, in words: so that a generator that no longer reaches some answer is found out.

import { TRANSLATE_FAULT, TRANSLATE_TOO_MANY } from '../../../src/iommu/store/mapping-store.ts';
import { highWord, lowWord } from '../../../src/base/words.ts';
import { THREW, type Answer, type Operation } from './operation.ts';

/** Every outcome but those nobody asks for. */
export const EXPECTED_OUTCOMES: readonly string[] = [
  'insert: inserted',
  'insert: overlap',
  'insert: full',
  'remove: nothing',
  'remove: one',
  'remove: several',
  'remove: would-split',
  'overlaps: true',
  'overlaps: false',
  'translate: fault at the first byte',
  'translate: fault later',
  'translate: one segment',
  'translate: several segments',
  'translate: too many segments',
  'list',
  'size',
  'audit',
  'restore',
  'destroy',
  'no domain',
];

export function outcomeOf(operation: Operation, answer: Answer): string {
  const [first] = answer;
  if (first === 'no domain' || first === THREW) return first;
  switch (operation.kind) {
    case 'insert':
    case 'overlaps':
      return `${operation.kind}: ${String(first)}`;
    case 'remove':
      return `remove: ${typeof first === 'number' ? amount(first) : String(first)}`;
    case 'translate':
      return `translate: ${translation(operation.start, answer)}`;
    case 'audit':
    case 'destroy':
    case 'list':
    case 'restore':
    case 'size':
      return operation.kind;
  }
}

function amount(count: number): string {
  if (count === 0) return 'nothing';
  return count === 1 ? 'one' : 'several';
}

function translation(start: bigint, [code, high, low]: Answer): string {
  if (code === TRANSLATE_TOO_MANY) return 'too many segments';
  if (code !== TRANSLATE_FAULT) return code === 1 ? 'one segment' : 'several segments';
  const isFirst = high === highWord(start) && low === lowWord(start);
  return isFirst ? 'fault at the first byte' : 'fault later';
}

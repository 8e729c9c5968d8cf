// What plays two stores against each other notices when they differ.

import { describe, expect, it } from 'vitest';
import type { MappingStore, RemoveOutcome } from '../../../src/iommu/store/mapping-store.ts';
import { ReferenceStore } from '../../../src/iommu/store/reference-store.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';
import { playStores } from './store-rounds.ts';

const SEED = 214;
const OPERATIONS = 100_000;

const reference = (limits: StoreLimits): MappingStore => new ReferenceStore(limits);

/** Counts wrongly, and only so many. */
class MiscountingStore extends ReferenceStore {
  override remove(...where: Parameters<ReferenceStore['remove']>): RemoveOutcome {
    const outcome = super.remove(...where);
    return outcome === 3 ? 2 : outcome;
  }
}

class ThrowingStore extends ReferenceStore {
  override overlaps(): boolean {
    throw new Error('out of nodes');
  }
}

describe('playStores', () => {
  it('tells of a difference by the fewest operations that lead there', () => {
    const faulty = (limits: StoreLimits): MappingStore => new MiscountingStore(limits);
    const makeStores = [faulty, reference] as const;
    const { difference = '' } = playStores({ makeStores, operations: OPERATIONS, seed: SEED });
    const [, ...lines] = difference.split('\n');
    const operations = lines.filter((line) => line.startsWith('  '));
    expect(operations.map((line) => line.trim().split(' ')[0])).toEqual([
      'insert',
      'insert',
      'insert',
      'remove',
    ]);
    expect(lines.slice(-2)).toEqual(['one:   2', 'other: 3']);
  });

  it('takes an exception for a difference, even of both stores', () => {
    const faulty = (limits: StoreLimits): MappingStore => new ThrowingStore(limits);
    const makeStores = [faulty, faulty] as const;
    const { difference = '' } = playStores({ makeStores, operations: OPERATIONS, seed: SEED });
    expect(difference).toContain('one:   threw Error: out of nodes');
  });
});

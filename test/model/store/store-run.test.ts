// The store in WASM against the naive one, for a few seconds; `npm run test:long` does the same ten million times.

import { describe, expect, it } from 'vitest';
import type { MappingStore } from '../../../src/iommu/store/mapping-store.ts';
import { ReferenceStore } from '../../../src/iommu/store/reference-store.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';
import { WasmStore } from '../../../src/iommu/engine/wasm-store.ts';
import { storeModule } from '../../support/stores.ts';
import { playStores } from './store-rounds.ts';

const SEED = 214;
const OPERATIONS = 100_000;

const wasm = (limits: StoreLimits): MappingStore => new WasmStore(storeModule, limits);
const reference = (limits: StoreLimits): MappingStore => new ReferenceStore(limits);

describe('WasmStore beside ReferenceStore', () => {
  it('answers a hundred thousand random operations alike, of which every outcome is met', () => {
    const makeStores = [wasm, reference] as const;
    const result = playStores({ makeStores, operations: OPERATIONS, seed: SEED });
    expect(result.difference).toBe(undefined);
    expect(result.missing).toEqual([]);
    expect(result.tally.operations).toBeGreaterThanOrEqual(OPERATIONS);
  });
});

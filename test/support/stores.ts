// Every mapping store there is, for the tests that run over all of them.

import type { MappingStore } from '../../src/iommu/mapping-store.ts';
import { ReferenceStore } from '../../src/iommu/reference-store.ts';
import type { StoreLimits } from '../../src/iommu/store-limits.ts';

type MakeStore = (limits?: StoreLimits) => MappingStore;

export const STORES: readonly (readonly [string, MakeStore])[] = [
  ['ReferenceStore', (limits) => new ReferenceStore(limits)],
];

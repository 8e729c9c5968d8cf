// Every mapping store there is, for the tests that run over all of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MappingStore } from '../../src/iommu/mapping-store.ts';
import { ReferenceStore } from '../../src/iommu/reference-store.ts';
import type { StoreLimits } from '../../src/iommu/store-limits.ts';
import { WasmStore } from '../../src/iommu/wasm-store.ts';

type MakeStore = (limits?: StoreLimits) => MappingStore;

/** The compiled store; test/support/build-wasm.ts has built it. */
export const storeModule = new WebAssembly.Module(
  readFileSync(join(import.meta.dirname, '../../wasm/build/store.wasm')),
);

export const STORES: readonly (readonly [string, MakeStore])[] = [
  ['ReferenceStore', (limits) => new ReferenceStore(limits)],
  ['WasmStore', (limits) => new WasmStore(storeModule, limits)],
];

// Every mapping store there is, for the tests that run over all of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MappingStore } from '../../src/iommu/store/mapping-store.ts';
import { ReferenceStore } from '../../src/iommu/store/reference-store.ts';
import type { StoreLimits } from '../../src/iommu/store/store-limits.ts';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { STORE_VARIABLE } from '../tools/wasm-coverage/points.ts';

type MakeStore = (limits?: StoreLimits) => MappingStore;

/** The compiled store: what test/support/build-wasm.ts has built, or another file for a coverage run. */
export const storeModule = new WebAssembly.Module(
  readFileSync(
    process.env[STORE_VARIABLE] ?? join(import.meta.dirname, '../../wasm/build/store.wasm'),
  ),
);

export const STORES: readonly (readonly [string, MakeStore])[] = [
  ['ReferenceStore', (limits) => new ReferenceStore(limits)],
  ['WasmStore', (limits) => new WasmStore(storeModule, limits)],
];

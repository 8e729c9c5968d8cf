// Stores of production for benches.

import { loadStoreWasm } from '../../../src/guest/wasm-modules.ts';
import { WasmStore } from '../../../src/iommu/engine/wasm-store.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';

const module = await loadStoreWasm();

/** An empty one with these limits. */
export function sharedStore(limits: Partial<StoreLimits>): WasmStore {
  return new WasmStore(module, limits);
}

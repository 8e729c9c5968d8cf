// The engine's second module, for the tests and benchmarks that use it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/guest/package-root.ts';
import { EngineExtras } from '../../src/iommu/engine/extras/engine-extras.ts';
import type { EngineMemory } from '../../src/iommu/engine/wasm-memory.ts';
import type { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { STORE_VARIABLE } from '../tools/wasm-coverage/points.ts';

/** What `npm run build:wasm` has built, or another file for a coverage run. */
export const extrasModule = new WebAssembly.Module(
  readFileSync(process.env[STORE_VARIABLE] ?? join(packageRoot(), 'wasm/build/extras.wasm')),
);

const made = new WeakMap<EngineMemory, EngineExtras>();

/** The same for a store however often it is asked for: tests do so after each step. */
export function extrasOf({ parts }: WasmStore): EngineExtras {
  const extras = made.get(parts.memory) ?? new EngineExtras(extrasModule, parts.memory);
  made.set(parts.memory, extras);
  return extras;
}

/** AUDIT_SOUND, or which rule the store's memory breaks. */
export function auditOf(store: WasmStore): number {
  return extrasOf(store).audit();
}

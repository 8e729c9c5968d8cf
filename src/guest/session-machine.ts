// Builds the machine that a session asks for.

import { WasmStore } from '../iommu/engine/wasm-store.ts';
import type { MappingStore } from '../iommu/store/mapping-store.ts';
import { demoShare } from '../machine/images/demo-share.ts';
import { Machine } from '../machine/machine.ts';
import { DEFAULT_DETERMINISM, DEFAULT_MEMORY_MIB } from '../machine/plan/machine-options.ts';
import { loadImages, loadStoreWasm, loadV86Wasm } from './guest-files.ts';
import type { GuestSessionOptions } from './session-options.ts';

/** Rejects with `InputError` for what can not work. */
export async function createMachine(options: GuestSessionOptions): Promise<Machine> {
  const images = await loadImages(options);
  const [v86Wasm, storeWasm] = await Promise.all([loadV86Wasm(), loadStoreWasm()]);
  const makeStore = (): MappingStore => new WasmStore(storeWasm);
  const share = Object.entries(options.share ?? demoShare()).map(([name, content]) => [
    name,
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
  ]);
  return Machine.create({
    images,
    v86Wasm,
    createStore: () => options.createStore?.(makeStore) ?? makeStore(),
    memoryMiB: options.memoryMiB ?? DEFAULT_MEMORY_MIB,
    iommu: options.iommu ?? 'translated',
    iommuOptions: { bootBypass: options.bootBypass ?? true, ...options.iommuOptions },
    reservedRegions: options.reservedRegions ?? {},
    tables: options.tables ?? 'viot',
    append: options.append ?? '',
    share: Object.fromEntries(share),
    determinism: options.clock === 'host' ? undefined : DEFAULT_DETERMINISM,
    pace: options.pace ?? 'skip',
    keepsLog: options.recordsEvents ?? true,
  });
}

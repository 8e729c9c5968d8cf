// Builds the machine that a session asks for.

import { WasmStore } from '../iommu/engine/wasm-store.ts';
import type { MappingStore } from '../iommu/store/mapping-store.ts';
import { demoShare } from '../machine/images/demo-share.ts';
import { sharedFiles } from '../machine/images/shared-files.ts';
import { Machine } from '../machine/machine.ts';
import { loadImages } from './guest-files.ts';
import { loadStoreWasm, loadV86Wasm } from './wasm-modules.ts';
import { planChoices, readSharedTexts, type GuestSessionOptions } from './session-options.ts';

/** Rejects with `InputError` for what can not work. */
export async function createMachine(options: GuestSessionOptions): Promise<Machine> {
  const images = await loadImages(options);
  const [v86Wasm, storeWasm] = await Promise.all([loadV86Wasm(), loadStoreWasm()]);
  const makeStore = (): MappingStore => new WasmStore(storeWasm);
  return Machine.create({
    plan: planChoices(options),
    images,
    share: sharedFiles(readSharedTexts(options.share) ?? demoShare()),
    v86Wasm,
    createStore: () => options.createStore?.(makeStore) ?? makeStore(),
    pace: options.pace ?? 'skip',
    keepsLog: options.recordsEvents ?? true,
    checkpointBytes: options.checkpointBytes,
  });
}

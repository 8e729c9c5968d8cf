// Builds the machine that a session asks for.

import { createHash } from 'node:crypto';
import { Once } from '../base/once.ts';
import { WasmStore } from '../iommu/engine/wasm-store.ts';
import type { MappingStore } from '../iommu/store/mapping-store.ts';
import { demoShare } from '../machine/images/demo-share.ts';
import { sharedFiles } from '../machine/images/shared-files.ts';
import { Machine } from '../machine/machine.ts';
import type { MachineOptions } from '../machine/plan/machine-options.ts';
import { loadImages } from './guest-files.ts';
import { loadStoreWasm, loadV86Wasm } from './wasm-modules.ts';
import { planChoices, readSharedTexts, type GuestSessionOptions } from './session-options.ts';

/** What all sessions of a process share: none of them changes it. */
const v86Wasm = new Once(loadV86Wasm);
const storeWasm = new Once(loadStoreWasm);

/** v86's core, compiled. */
export function sharedV86Wasm(): Promise<WebAssembly.Module> {
  return v86Wasm.get();
}

/** A machine before its first instruction. Rejects with `InputError` for what can not work. */
export async function createMachine(options: GuestSessionOptions): Promise<Machine> {
  return Machine.create(await machineOptions(options, await loadImages(options)));
}

/** What the machine is built from that these options ask for. */
export async function machineOptions(
  options: GuestSessionOptions,
  images: MachineOptions['images'],
): Promise<MachineOptions> {
  const store = await storeWasm.get();
  const makeStore = (): MappingStore => new WasmStore(store);
  return {
    plan: planChoices(options),
    images,
    share: sharedFiles(readSharedTexts(options.share) ?? demoShare()),
    v86Wasm: await v86Wasm.get(),
    createStore: () => options.createStore?.(makeStore) ?? makeStore(),
    pace: options.pace ?? 'skip',
    keepsLog: options.keepsLog ?? options.recordsEvents ?? true,
    checkpointBytes: options.checkpointBytes,
    createSha256: () => createHash('sha256'),
  };
}

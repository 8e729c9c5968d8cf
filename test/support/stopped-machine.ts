// A machine that is built and does not run: for tests of what a host does with it.

import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { sharedFiles } from '../../src/machine/images/shared-files.ts';
import type { MachineOptions } from '../../src/machine/plan/machine-options.ts';
import type { PlanChoices } from '../../src/machine/plan/machine-plan.ts';
import { fakeImages, MEMORY_MIB, v86Module } from './stopped-emulator.ts';
import { storeModule } from './stores.ts';

/** Options of a machine that does not run, and what is to be otherwise. */
export function optionsOf(changes: Partial<MachineOptions> = {}): MachineOptions {
  return {
    images: fakeImages(),
    v86Wasm: v86Module,
    createStore: () => new WasmStore(storeModule),
    share: sharedFiles({}),
    pace: 'real',
    keepsLog: true,
    ...changes,
    plan: { memoryMiB: MEMORY_MIB, ...changes.plan },
  };
}

/** Options that differ in the plan. */
export function planned(plan: PlanChoices): Partial<MachineOptions> {
  return { plan };
}

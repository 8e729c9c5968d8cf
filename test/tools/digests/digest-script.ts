// What every run of `npm run digests` does, in Node or in a browser's worker, and what it was after each step.

import { WasmStore } from '../../../src/iommu/engine/wasm-store.ts';
import { demoShare } from '../../../src/machine/images/demo-share.ts';
import { sharedFiles } from '../../../src/machine/images/shared-files.ts';
import { Machine } from '../../../src/machine/machine.ts';
import type { RunDigest } from '../../../src/machine/recording/run-digest.ts';
import { BareGuest, type GuestFiles } from '../../support/bare-guest.ts';

/** Run one after the other, each when the one before has ended. */
export const COMMANDS = ['disk-read', 'net-ping', 'share-read'] as const;

/** The run up to the end of a step. */
export interface StepDigest {
  readonly step: string;
  readonly run: RunDigest;
}

/** What a run answers from another process. */
export type ScriptAnswer =
  | { readonly kind: 'done'; readonly steps: readonly StepDigest[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Boots the project's own machine and runs the commands. Rejects with `Error` when the guest fails. */
async function runScript({
  images,
  v86Wasm,
  storeWasm,
}: GuestFiles): Promise<readonly StepDigest[]> {
  const machine = await Machine.create({
    plan: {},
    images,
    v86Wasm,
    createStore: () => new WasmStore(storeWasm),
    pace: 'skip',
    keepsLog: true,
    share: sharedFiles(demoShare()),
  });
  const guest = new BareGuest(machine);
  try {
    await guest.boot();
    const steps: StepDigest[] = [{ step: 'boot', run: machine.past.digest() }];
    for (const step of COMMANDS) {
      await guest.run(step);
      steps.push({ step, run: machine.past.digest() });
    }
    return steps;
  } finally {
    await guest.dispose();
  }
}

/** Never rejects. */
export async function answerOf(loadFiles: () => Promise<GuestFiles>): Promise<ScriptAnswer> {
  try {
    return { kind: 'done', steps: await runScript(await loadFiles()) };
  } catch (error) {
    return { kind: 'failed', reason: String(error) };
  }
}

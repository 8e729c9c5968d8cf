// Builds a machine in the worker: fetches what it is made of, and puts it together.

import { WasmStore } from '../../iommu/engine/wasm-store.ts';
import { demoShare } from '../../machine/images/demo-share.ts';
import { sharedFiles } from '../../machine/images/shared-files.ts';
import { Machine } from '../../machine/machine.ts';
import { OUTSIDE, pluggedEndpoints } from '../../machine/plan/topology.ts';
import type { BootRequest, ImageUrls, MachineInfo } from '../api/power.ts';
import { downloadImages, fetchFile } from './image-download.ts';
import { requestedPlan } from './requested-plan.ts';

const MIB = 1 << 20;
/** Room for the places from which the page goes back in time. */
const CHECKPOINT_BYTES = 96 * MIB;

/** What the builder tells while it works. */
export interface BuildListener {
  /** So many bytes more have come. */
  readonly onLoaded: (bytes: number) => void;
  /** All have come and are checked now. */
  readonly onVerify: () => void;
}

/** A machine that has not run yet. Rejects with an error for the user. */
export async function buildMachine(
  request: BootRequest,
  urls: ImageUrls,
  { onLoaded, onVerify }: BuildListener,
): Promise<Machine> {
  const plan = requestedPlan(request);
  let imageBytes = 0;
  const [v86Wasm, storeWasm, images] = await Promise.all([
    fetchFile(urls.v86Wasm, onLoaded).then((bytes) => WebAssembly.compile(bytes)),
    fetchFile(urls.storeWasm, onLoaded).then((bytes) => WebAssembly.compile(bytes)),
    downloadImages(
      urls,
      (loaded) => {
        onLoaded(loaded - imageBytes);
        imageBytes = loaded;
      },
      onVerify,
    ),
  ]);
  return Machine.create({
    plan,
    images,
    share: sharedFiles(demoShare()),
    v86Wasm,
    createStore: () => new WasmStore(storeWasm),
    pace: 'real',
    keepsLog: true,
    checkpointBytes: CHECKPOINT_BYTES,
  });
}

/** What the page needs to know of a machine. */
export function machineInfo({ plan }: Machine): MachineInfo {
  return {
    endpoints: pluggedEndpoints(plan),
    outside: OUTSIDE,
    memoryBytes: plan.memoryMiB * MIB,
    iommu: plan.iommu.mode,
  };
}

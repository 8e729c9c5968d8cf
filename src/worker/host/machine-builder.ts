// Builds a machine in the worker: fetches what it is made of, and puts it together.

import { WasmStore } from '../../iommu/engine/wasm-store.ts';
import { demoShare } from '../../machine/images/demo-share.ts';
import { Machine } from '../../machine/machine.ts';
import { DEFAULT_DETERMINISM } from '../../machine/plan/machine-options.ts';
import { ENDPOINTS, OUTSIDE } from '../../machine/plan/topology.ts';
import type { BootRequest, ImageUrls, MachineInfo } from '../api/power.ts';
import { downloadImages, fetchFile } from './image-download.ts';

const MIB = 1 << 20;

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
    images,
    v86Wasm,
    createStore: () => new WasmStore(storeWasm),
    memoryMiB: request.memoryMiB,
    iommu: request.iommu,
    iommuOptions: { bootBypass: request.bootBypass },
    reservedRegions: {},
    tables: 'viot',
    append: request.append,
    share: demoShare(),
    determinism: DEFAULT_DETERMINISM,
    pace: 'real',
    keepsLog: true,
  });
}

/** What the page needs to know of a machine that was built so. */
export function machineInfo(request: BootRequest): MachineInfo {
  return {
    endpoints: ENDPOINTS,
    outside: OUTSIDE,
    memoryBytes: request.memoryMiB * MIB,
  };
}

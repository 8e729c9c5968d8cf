// Builds a machine in the worker: fetches what it is made of, and puts it together.

import { WasmStore } from '../../iommu/engine/wasm-store.ts';
import { Once } from '../../base/once.ts';
import { demoShare } from '../../machine/images/demo-share.ts';
import { sharedFiles } from '../../machine/images/shared-files.ts';
import { Machine } from '../../machine/machine.ts';
import type { MachineOptions } from '../../machine/plan/machine-options.ts';
import type { MachinePlan } from '../../machine/plan/machine-plan.ts';
import { OUTSIDE, pluggedEndpoints } from '../../machine/plan/topology.ts';
import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import type { BootRequest, ImageUrls, MachineInfo } from '../api/power.ts';
import { downloadDisk, downloadImages, fetchFile, fetchModule } from './image-download.ts';
import { readReadyGuest } from './ready-guest.ts';
import { asksForUsual, requestedPlan } from './requested-plan.ts';

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

/** A machine, and what its guest has done already. */
export interface BuiltMachine {
  readonly machine: Machine;
  readonly story?: BootStory;
}

/** All that a machine is built from but its images. */
type Parts = Omit<MachineOptions, 'images'>;

const unheard = (): void => undefined;

/**
 * The usual machine as its snapshot has it, or one that has not run yet: another one, or the usual one without a usable
 * snapshot. Rejects with an error for the user.
 */
export async function buildMachine(
  request: BootRequest,
  urls: ImageUrls,
  listener: BuildListener,
): Promise<BuiltMachine> {
  const parts = loadParts(requestedPlan(request), urls, listener);
  if (!asksForUsual(request)) return boot(parts, urls, listener);
  try {
    return await resume(parts, urls, listener);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // oxlint-disable-next-line no-console -- nothing that a person has to act on
    console.info(`The PC boots from power-on, as its snapshot can not be used: ${reason}`);
    return boot(parts, urls, listener);
  }
}

/** A machine that has not run yet. Rejects with an error for the user. */
export async function buildNewMachine(plan: MachinePlan, urls: ImageUrls): Promise<Machine> {
  const listener = { onLoaded: unheard, onVerify: unheard };
  const { machine } = await boot(loadParts(plan, urls, listener), urls, listener);
  return machine;
}

async function loadParts(
  plan: MachinePlan,
  urls: ImageUrls,
  { onLoaded }: BuildListener,
): Promise<Parts> {
  const [v86Wasm, storeWasm] = await Promise.all([
    fetchModule(urls.v86Wasm, onLoaded),
    fetchModule(urls.storeWasm, onLoaded),
  ]);
  return {
    plan,
    share: sharedFiles(demoShare()),
    v86Wasm,
    createStore: () => new WasmStore(storeWasm),
    pace: 'real',
    keepsLog: true,
    checkpointBytes: CHECKPOINT_BYTES,
  };
}

async function boot(
  loading: Promise<Parts>,
  urls: ImageUrls,
  { onLoaded, onVerify }: BuildListener,
): Promise<BuiltMachine> {
  let imageBytes = 0;
  const [parts, images] = await Promise.all([
    loading,
    downloadImages(
      urls,
      (loaded) => {
        onLoaded(loaded - imageBytes);
        imageBytes = loaded;
      },
      onVerify,
    ),
  ]);
  return { machine: await Machine.create({ ...parts, images }) };
}

async function resume(
  loading: Promise<Parts>,
  urls: ImageUrls,
  { onLoaded }: BuildListener,
): Promise<BuiltMachine> {
  const [parts, file, disk] = await Promise.all([
    loading,
    fetchFile(urls.snapshot, onLoaded),
    downloadDisk(urls, onLoaded),
  ]);
  const { machine: snapshot, story } = await readReadyGuest(file, parts.v86Wasm);
  const all = new Once(() => downloadImages(urls, unheard, unheard));
  const images = { ...disk, load: () => all.get() };
  return { machine: await Machine.resume({ ...parts, images }, snapshot), story };
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

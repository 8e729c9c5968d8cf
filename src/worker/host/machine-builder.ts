// Builds a machine in the worker: fetches what it is made of, and puts it together.

import { WasmStore } from '../../iommu/engine/wasm-store.ts';
import { Once } from '../../base/once.ts';
import { Machine } from '../../machine/machine.ts';
import type { MachineOptions } from '../../machine/plan/machine-options.ts';
import type { MachinePlan } from '../../machine/plan/machine-plan.ts';
import { recordHeadOf } from '../../machine/plan/record-head.ts';
import { OUTSIDE, pluggedEndpoints } from '../../machine/plan/topology.ts';
import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import { readSnapshotFile } from '../../machine/snapshot/snapshot-file.ts';
import type { RecordHead } from '../../trace/record/head.ts';
import type { BootRequest, ImageUrls, MachineInfo, OwnFiles } from '../api/power.ts';
import {
  downloadDisk,
  downloadImages,
  fetchFile,
  fetchModule,
  type GivenImages,
  type OnLoaded,
} from './image-download.ts';
import { EarlyReader } from './early-reader.ts';
import { planInWords, readFiles, type ReadFiles } from './own-files.ts';
import { asksForUsual, requestedPlan } from './requested-plan.ts';

const MIB = 1 << 20;
/** Room for the places from which the page goes back in time. */
const CHECKPOINT_BYTES = 96 * MIB;

/** What the builder tells while it works. */
export interface BuildListener {
  readonly onLoaded: OnLoaded;
  /** All have come and are checked now. */
  readonly onVerify: () => void;
  /** What the guest has done is known before its machine is there. */
  readonly onPreview: (preview: MachinePreview) => void;
  /** No machine comes of what was known so far. */
  readonly onWithdrawn: () => void;
  /** The same of what the built machine needs for a power cycle. */
  readonly onFetched: OnLoaded;
}

/** A machine that is being restored. */
export interface MachinePreview {
  readonly info: MachineInfo;
  readonly story: BootStory;
  /** What its record is of. */
  readonly head: RecordHead;
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
  const plan = requestedPlan(request);
  const files = await readFiles(plan, request.files, request.names);
  const parts = loadParts(plan, files, urls, listener);
  if (!asksForUsual(request)) return boot(parts, files, urls, listener);
  try {
    return await resume(parts, plan, urls, listener);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // oxlint-disable-next-line no-console -- nothing that a person has to act on
    console.info(`The PC boots from power-on, as its snapshot cannot be used: ${reason}`);
    listener.onWithdrawn();
    return boot(parts, files, urls, listener);
  }
}

/** A machine that has not run yet. Rejects with an error for the user. */
export async function buildNewMachine(
  plan: MachinePlan,
  urls: ImageUrls,
  own?: OwnFiles,
): Promise<Machine> {
  const listener = {
    onLoaded: unheard,
    onVerify: unheard,
    onPreview: unheard,
    onWithdrawn: unheard,
    onFetched: unheard,
  };
  const files = await readFiles(plan, own);
  const { machine } = await boot(loadParts(plan, files, urls, listener), files, urls, listener);
  return machine;
}

async function loadParts(
  plan: MachinePlan,
  { share }: ReadFiles,
  urls: ImageUrls,
  { onLoaded }: BuildListener,
): Promise<Parts> {
  const [v86Wasm, storeWasm] = await Promise.all([
    fetchModule(urls.v86Wasm, onLoaded),
    fetchModule(urls.storeWasm, onLoaded),
  ]);
  return {
    plan,
    share,
    v86Wasm,
    createStore: () => new WasmStore(storeWasm),
    pace: 'real',
    keepsLog: true,
    checkpointBytes: CHECKPOINT_BYTES,
  };
}

async function boot(
  loading: Promise<Parts>,
  given: GivenImages,
  urls: ImageUrls,
  { onLoaded, onVerify }: BuildListener,
): Promise<BuiltMachine> {
  const [parts, images] = await Promise.all([
    loading,
    downloadImages(urls, onLoaded, onVerify, given),
  ]);
  return { machine: await Machine.create({ ...parts, images }) };
}

async function resume(
  loading: Promise<Parts>,
  plan: MachinePlan,
  urls: ImageUrls,
  { onLoaded, onPreview, onFetched }: BuildListener,
): Promise<BuiltMachine> {
  let isHopeless = false;
  const early = new EarlyReader(({ story, builtFrom }) => {
    if (isHopeless) return;
    const head = { ...recordHeadOf(plan), kernel: builtFrom['kernel'] ?? null };
    onPreview({ story, head, info: infoOf(plan) });
  });
  const [parts, file, disk] = await Promise.all([
    loading,
    fetchFile(urls.snapshot, onLoaded, (piece) => early.take(piece)),
    downloadDisk(urls, onLoaded),
  ]).catch((error: unknown) => {
    isHopeless = true;
    throw error;
  });
  const known = await early.finish(file);
  const { machine: snapshot, story } = await readSnapshotFile(file, parts.v86Wasm, known);
  const all = new Once(() => downloadImages(urls, onFetched, unheard));
  const images = { ...disk, load: () => all.get() };
  return { machine: await Machine.resume({ ...parts, images }, snapshot), story };
}

/** What the page needs to know of a machine. */
export function machineInfo({ plan }: Machine): MachineInfo {
  return infoOf(plan);
}

function infoOf(plan: MachinePlan): MachineInfo {
  return {
    endpoints: pluggedEndpoints(plan),
    outside: OUTSIDE,
    memoryBytes: plan.memoryMiB * MIB,
    iommu: plan.iommu.mode,
    plan: planInWords(plan),
  };
}

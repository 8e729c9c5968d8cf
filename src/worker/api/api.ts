// The border between the page and the machine's worker: types only, plain data both ways.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { IommuMode } from '../../machine/plan/machine-options.ts';
import type { RogueRequest, RogueResult } from '../../machine/rogue-dma.ts';
import type { EndpointInfo } from '../../machine/plan/topology.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';

export interface BootRequest {
  readonly iommu: IommuMode;
  /** Initial value of the configuration field `bypass`: what DMA may do before the driver is up. */
  readonly bootBypass: boolean;
  readonly memoryMiB: number;
  /** Appended to the kernel command line. */
  readonly append: string;
}

/** Files the worker fetches, as URLs the page's bundler knows. */
export interface ImageUrls {
  readonly v86Wasm: string;
  readonly storeWasm: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly disk: string;
  readonly bios: string;
  readonly vgaBios: string;
}

/** The stages of a start, in order. */
export const BOOT_STAGES = [
  'download',
  'verify',
  'firmware',
  'kernel',
  'iommu',
  'userspace',
  'ready',
] as const;
export type BootStage = (typeof BOOT_STAGES)[number];

export interface BootProgress {
  readonly stage: BootStage;
  /** What is being done, in words for the user. */
  readonly detail: string;
  /** Bytes of the download stage; both 0 in the others. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** Milliseconds since the start was asked for. */
  readonly elapsedMs: number;
}

export type MachineStatus = 'loading' | 'running' | 'paused' | 'failed';

/** Why the machine does not go on; `message` says what happened. */
export interface MachineFailure {
  readonly kind:
    | 'no-webassembly'
    | 'image-missing'
    | 'image-corrupt'
    | 'kernel-panic'
    | 'no-progress'
    | 'powered-off'
    | 'internal';
  readonly message: string;
  /** The last lines of the guest's console, where they help. */
  readonly consoleTail: readonly string[];
}

export interface MachineInfo {
  readonly endpoints: readonly EndpointInfo[];
  /** Bus masters that are not behind the IOMMU, and why. */
  readonly outside: readonly { readonly name: string; readonly reason: string }[];
  readonly memoryBytes: number;
}

/** What happened since the last batch; at most one per frame. */
export interface MachineBatch {
  readonly status: MachineStatus;
  readonly progress: BootProgress;
  readonly failure: MachineFailure | null;
  /** Bytes of the guest's serial console. */
  readonly console: Uint8Array;
  /** Events in order. */
  readonly events: readonly RecordedEvent[];
  /** Events left out because a batch is bounded; after a gap the page asks for `listMappings` again. */
  readonly droppedEvents: number;
  /** The device now; null without an IOMMU. */
  readonly state: IommuState | null;
  /** Milliseconds the guest has run. */
  readonly timeMs: number;
  /** Million guest instructions a second over the last second. */
  readonly mips: number;
}

/**
 * The machine as the page sees it: flat, coarse calls. Every promise rejects with an `Error` whose message is for
 * the user.
 */
export interface MachineApi {
  /** Fetches the images and starts the guest; a running one is thrown away. Resolves when the guest runs. */
  boot(request: BootRequest, images: ImageUrls): Promise<MachineInfo>;
  /** Sets the one listener of batches. */
  listen(listener: (batch: MachineBatch) => void): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Power cycle: the machine restarts from its firmware with what it was booted with. */
  reset(): Promise<void>;
  /** Keyboard input to the serial console, UTF-8. */
  type(text: string): Promise<void>;
  /** Tells the guest how many character cells its console shows; sizes that no terminal has are ignored. */
  resizeConsole(columns: number, rows: number): Promise<void>;
  rogueDma(request: RogueRequest): Promise<RogueResult>;
  /** Mappings of a domain in IOVA order from `from` on, at most `limit` (1..10000). */
  listMappings(domain: number, from: bigint, limit: number): Promise<readonly Mapping[]>;
}

export type { EndpointInfo, IommuMode, RogueRequest, RogueResult };

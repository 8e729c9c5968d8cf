// Power: what a machine is started with, how far its start is, and what can go wrong with it.

import type { ImageName } from '../../machine/images/image-files.ts';
import type { IommuMode, MachinePlan, PlanChoices } from '../../machine/plan/machine-plan.ts';
import type { EndpointInfo } from '../../machine/plan/topology.ts';

/**
 * A user's own files, as handles: they stay where they are until the worker reads them for a machine. A plan names each by its
 * checksum, and another file is refused.
 */
export interface OwnFiles {
  readonly images: Readonly<Partial<Record<ImageName, Blob>>>;
  /** The whole shared folder, by name; null for the project's. */
  readonly share: Readonly<Record<string, Blob>> | null;
}

/** Names of own images, for messages. */
export type FileNames = Readonly<Partial<Record<ImageName, string>>>;

/** What machine to boot, not checked yet: the worker does that, and refuses in words. */
export interface BootRequest {
  /** What is chosen of its plan, or text of it: JSON, or base64url of JSON, as in the page's address. */
  readonly plan: PlanChoices | string;
  /** How DMA goes, whatever the plan says; null: as the plan says. */
  readonly iommu: string | null;
  /** None if left out. */
  readonly files?: OwnFiles;
  /** What the files that the plan asks for are called. */
  readonly names?: FileNames;
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
  /** The usual machine at its prompt. */
  readonly snapshot: string;
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

/**
 * `restoring`: what the guest has done is told already, while the machine is put back to where that led. `trace`: it is none,
 * but somebody's record of one.
 */
export type MachineStatus = 'loading' | 'restoring' | 'running' | 'paused' | 'failed' | 'trace';

/** Why the machine does not go on; `message` says what happened. */
export interface MachineFailure {
  readonly kind:
    | 'no-webassembly'
    | 'image-missing'
    | 'image-corrupt'
    | 'refused'
    /** The plan is of files that nobody has given yet. */
    | 'files-needed'
    | 'kernel-panic'
    /** Linux has hit an error of its own and goes on as well as it can. */
    | 'kernel-oops'
    /** A start that has come to nothing new for long. */
    | 'no-progress'
    /** The worker itself is not heard of any more. */
    | 'no-answer'
    | 'powered-off'
    | 'halted'
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
  readonly iommu: IommuMode;
  /** Its plan, with the word for the project's own files. */
  readonly plan: MachinePlan;
}

/** The machine's switches. Every promise rejects with an `Error` whose message is for the user. */
export interface PowerApi {
  /**
   * Fetches what is needed and starts the guest; a running one is thrown away. Resolves when the guest runs. A request
   * that chooses nothing gets the machine from its snapshot, which has booted already; any other boots from power-on.
   */
  boot(request: BootRequest, images: ImageUrls): Promise<MachineInfo>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Power cycle: the machine boots from power-on with what it was started with. */
  reset(): Promise<void>;
}

export type { EndpointInfo, ImageName, IommuMode, MachinePlan, PlanChoices };

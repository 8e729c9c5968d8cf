// What a machine is built from: its plan, and what the plan only names.

import type { MappingStore } from '../../iommu/store/mapping-store.ts';
import type { DeferredImages } from '../images/deferred-images.ts';
import type { GuestImages } from '../images/guest-images.ts';
import type { SharedFiles } from '../images/shared-files.ts';
import type { MachinePlan, PlanChoices } from './machine-plan.ts';
import type { Pace } from './pace.ts';

/** A hash in the making. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** What a machine is built from beside its plan. */
interface MachineParts {
  readonly images: GuestImages | DeferredImages;
  readonly share: SharedFiles;
  /** v86.wasm, compiled. */
  readonly v86Wasm: WebAssembly.Module;
  /** Makes an empty mapping store, for each power cycle. */
  readonly createStore: () => MappingStore;
  readonly pace: Pace;
  /**
   * Whether the machine keeps what was done to it and what came of it, for a digest, a recording, and going back. Without
   * it the IOMMU makes events only while somebody listens, and DMA takes a guest less time: for measurements.
   */
  readonly keepsLog: boolean;
  /** Bytes of checkpoints at most, from which the machine goes back in time; 0 (default): it goes back from where it began. */
  readonly checkpointBytes?: number | undefined;
  /** The host's own SHA-256, where it answers at once; without one a digest takes ten times as long. */
  readonly createSha256?: (() => Hasher) | undefined;
}

export interface MachineOptions extends MachineParts {
  /** What is chosen; the machine checks it and fills in the rest. */
  readonly plan: PlanChoices;
}

/** The same, checked, with every file of the plan named by its checksum. */
export interface PlannedMachine extends MachineParts {
  readonly plan: MachinePlan;
}

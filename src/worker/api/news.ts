// News: what the machine tells of itself, in batches.

import type { IommuEvent, IommuState } from '../../iommu/events/iommu-event.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import type { PastNote } from './past.ts';
import type { BootProgress, MachineFailure, MachineInfo, MachineStatus } from './power.ts';

/** What is known of a machine that is being restored, beside what its guest has done. */
export interface Preview {
  readonly info: MachineInfo;
  /** All mappings of each domain that has any, in IOVA order. */
  readonly mappings: readonly { readonly domain: number; readonly mappings: readonly Mapping[] }[];
}

/** How many events of each kind were left out. */
export type DroppedEvents = Readonly<Partial<Record<IommuEvent['kind'], number>>>;

/** What happened since the last batch; at most one per frame. */
export interface MachineBatch {
  /** Counts the guest's lives: each power-on begins another, and news of an earlier one are history. */
  readonly life: number;
  readonly status: MachineStatus;
  readonly progress: BootProgress;
  readonly failure: MachineFailure | null;
  /** Where the machine stands in its past; null where it has never been further. */
  readonly past: PastNote | null;
  /** Bytes of the guest's serial console. */
  readonly console: Uint8Array;
  /** Whether these are all that it has printed until now: the machine was taken elsewhere in time. */
  readonly isConsoleAnew: boolean;
  /** Events in order. */
  readonly events: readonly RecordedEvent[];
  /** Events left out because a batch is bounded; after a gap the page asks for `listMappings` again. */
  readonly dropped: DroppedEvents;
  /** The device now; null without an IOMMU. */
  readonly state: IommuState | null;
  /** Milliseconds the guest has run. */
  readonly timeMs: number;
  /** Million guest instructions a second over the last second. */
  readonly mips: number;
  /** Once, when the machine begins to be restored: this batch has all that its guest has done. */
  readonly preview?: Preview;
}

export interface NewsApi {
  /** Sets the one listener of batches. */
  listen(listener: (batch: MachineBatch) => void): Promise<void>;
}

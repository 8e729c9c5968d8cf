// News: what the machine tells of itself, in batches.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { RecordBatch } from '../../trace/record/batch.ts';
import type { RecordHead } from '../../trace/record/head.ts';
import type { EventCounts } from '../../trace/record/record-tail.ts';
import type { Keyframe } from '../../trace/replay/keyframe.ts';
import type { PastNote } from './past.ts';
import type { BootProgress, MachineFailure, MachineInfo, MachineStatus } from './power.ts';

/** What is known of a machine that is being restored, beside what its guest has done. */
export interface Preview {
  readonly info: MachineInfo;
}

/** What a record begins with. */
export interface RecordStart {
  readonly head: RecordHead;
  /** The device before the record's first event; null where that event, or power on, says it. */
  readonly keyframe: Keyframe | null;
}

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
  /** Another record begins, with this batch's events: with each life, and behind events that were left out. */
  readonly begins: RecordStart | null;
  /** What the IOMMU did, in order and each event once. The buffers are transferred. */
  readonly record: readonly RecordBatch[];
  /** Events left out before those of this batch, by kind: the worker has no room for what a page takes too late. */
  readonly dropped: EventCounts;
  /** The device now, which is ahead of the record while there is more to be told; null without an IOMMU. */
  readonly state: IommuState | null;
  /** Milliseconds the guest has run since power on. */
  readonly timeMs: number;
  /** The same since the machine was built, which the record's times count from. */
  readonly ranMs: number;
  /** Million guest instructions a second over the last second. */
  readonly mips: number;
  /** Once, when the machine begins to be restored: this batch has all that its guest has done. */
  readonly preview?: Preview;
}

export interface NewsApi {
  /** Sets the one listener of batches. The next batch comes when what it returns is settled. */
  listen(listener: (batch: MachineBatch) => void): Promise<void>;
}

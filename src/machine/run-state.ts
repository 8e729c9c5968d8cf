// What a run is between two ticks, and what it tells.

import type { IommuWatcher } from '../iommu/events/event-recorder.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import type { LoopState } from './guest-loop.ts';
import type { PowerWish } from './power-event.ts';
import type { LoggedInput } from './recording/input.ts';
import type { MachineAccess } from './rogue-access.ts';
import type { LogPosition, RunLogState } from './recording/run-log.ts';
import type { BoardImage } from './snapshot/board-image.ts';

/** What a run tells of itself. */
export interface RunListener {
  /** The guest did something to its power; the run stands still until `powerOn` or `leaveAsItIs`. */
  readonly onWish: (wish: PowerWish) => void;
  /** In the log that is followed something was done to the power, and the run has done it. */
  readonly onPowerFollowed: (wish: PowerWish) => void;
  /** Who is told what the IOMMU does by the IOMMU itself; events of the same are made for whoever hears them, later. */
  readonly watchers: () => readonly IommuWatcher[];
  readonly onEvent: (event: RecordedEvent) => void;
  /** An access of the log that is followed was made again. */
  readonly onAccess: (access: MachineAccess) => void;
  /** A driver notifies an endpoint; the guest is amid the instruction. */
  readonly onNotification: (endpoint: number | null, queue: number) => void;
  /** The host is about to touch the machine. */
  readonly onTouch: () => void;
  /** A tick has ended, and what it brought was told. */
  readonly onTick: () => void;
  /** The same of a tick of a log that is followed, where the machine may be looked at only. */
  readonly onTickFollowed: () => void;
  /** Whether anybody wants an event made of all that happens. */
  readonly hearsEvents: () => boolean;
}

/** A run between two ticks, without the way there. Plain data, but for translated code. */
export interface RunPosition {
  /** Power cycles so far, and the guest time before the latest. */
  readonly life: number;
  readonly earlierMs: number;
  readonly loop: LoopState;
  readonly board: BoardImage;
  readonly reached: LogPosition;
}

/** A run between two ticks, with all that led there. */
export interface RunState extends RunPosition {
  readonly log: RunLogState;
}

/** A log to go along: its inputs, and the tick at which it ends. */
export interface Way {
  readonly inputs: readonly LoggedInput[];
  readonly ticks: number;
}

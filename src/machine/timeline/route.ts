// The way that a machine has come, for who goes along it again.

import type { RunLogState } from '../recording/run-log.ts';
import type { RunState } from '../run-state.ts';

/** A spot on the way: so many ticks had ended, so many inputs were done, and this was the latest event. */
export interface Spot {
  readonly tick: number;
  readonly inputs: number;
  readonly sequence: number;
  /** Tells it from a spot of another way with the same numbers: a checkpoint, the origin, or the number of a branch. */
  readonly key: object | number;
}

/** A spot from which the way can be gone. */
export interface Start {
  readonly spot: Spot;
  /** What the run was there; undefined for the first power on. */
  readonly state: () => RunState | undefined;
}

export interface Route {
  /** Where it begins: the first power on, or a snapshot. */
  readonly origin: Start;
  /** In order, without the origin. */
  readonly checkpoints: readonly Start[];
  readonly end: Spot;
  readonly log: RunLogState;
}

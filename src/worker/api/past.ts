// The past: where the machine stands, the ways that it has gone, and going back there.

import type { RunDigest } from '../../machine/recording/run-digest.ts';
import type { BranchInfo, Place } from '../../machine/timeline/place.ts';
import type { Registers } from '../../machine/v86/register-values.ts';

/** Where a machine stands that has been further. */
export interface PastNote {
  /** Sequence of the latest event there. */
  readonly sequence: number;
  /** The same at the end of the way. */
  readonly last: number;
}

/**
 * Every promise rejects with an `Error` whose message is for the user, and named `InputError` where what was asked for can
 * not be. A machine that is taken elsewhere stands still there; when the promise resolves, the page has been told of it.
 */
export interface PastApi {
  place(): Promise<Place>;
  /** The first way, and one more for each time that the machine went on from the past. */
  branches(): Promise<readonly BranchInfo[]>;
  registers(): Promise<Registers>;
  digest(): Promise<RunDigest>;
  /** To where the event with this sequence had just happened. When it goes on from there, it does on a branch of its own. */
  goTo(sequence: number, branch?: number): Promise<Place>;
  /** To where the machine had come to on a branch, where it can go on as if it had never left. */
  toEnd(branch?: number): Promise<Place>;
  /** Forgets a branch that the machine is not on. */
  drop(branch: number): Promise<void>;
}

export type { BranchInfo, Place, Registers, RunDigest };

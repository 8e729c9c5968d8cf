// Compares a run with the recording that it follows.

import { FULL_MARKS, SPARSE_STEP } from './marks.ts';
import type { Recording } from './recording-file.ts';
import type { RunDigest } from './run-digest.ts';

/** What became of a replay. */
export interface ReplayResult {
  /** Whether all that was recorded came again, to the byte. */
  readonly identical: boolean;
  readonly digest: string;
  readonly events: number;
  readonly instructions: number;
  /** The first event that is not as it was recorded, counted from 1; null when there is none, or it is not an event. */
  readonly firstDifference: number | null;
}

/** The number of events up to the one that has this mark (marks and events are counted from 1). */
function eventOfMark(mark: number): number {
  return mark <= FULL_MARKS ? mark : FULL_MARKS + (mark - FULL_MARKS) * SPARSE_STEP;
}

/** Looks on while a run follows a recording. */
export class ReplayWatch {
  readonly #recording: Recording;
  #compared = 0;
  #firstDifference: number | null = null;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** The first event that is not as it was recorded; null so far. */
  get firstDifference(): number | null {
    return this.#firstDifference;
  }

  /** The run has these marks now. Returns whether all is as it was recorded. */
  isAlike(marks: Uint8Array): boolean {
    const { marks: wanted } = this.#recording;
    while (this.#firstDifference === null && this.#compared < marks.length) {
      if (marks[this.#compared] !== wanted[this.#compared]) {
        this.#firstDifference = eventOfMark(this.#compared + 1);
      }
      this.#compared += 1;
    }
    return this.#firstDifference === null;
  }

  /** The run has gone all the way, or, `isPart`, as far as it was asked to. */
  result(digest: RunDigest, isPart: boolean): ReplayResult {
    const { marks, end } = this.#recording;
    const isShort = !isPart && this.#compared < marks.length;
    if (isShort) this.#firstDifference ??= eventOfMark(this.#compared + 1);
    const endsAlike = isPart || end === undefined || end.digest === digest.digest;
    return {
      identical: this.#firstDifference === null && endsAlike,
      digest: digest.digest,
      events: digest.eventCount,
      instructions: digest.instructions,
      firstDifference: this.#firstDifference,
    };
  }
}

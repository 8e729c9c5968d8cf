// What an explanation says.

import type { Stack, Task } from '../record/who.ts';
import type { CauseId } from './causes.ts';

/** Who did something that an explanation names. */
export interface Culprit {
  /** The event that it did, or caused. */
  readonly sequence: number;
  readonly task: Task | null;
  readonly stack: Stack | null;
}

export interface Explanation {
  /** The fault or the refused request; for an access that reached no memory, the latest event before it. */
  readonly sequence: number;
  readonly cause: CauseId;
  /** One sentence in plain words. */
  readonly sentence: string;
  /** Sequences of the events that it rests on, ascending. */
  readonly evidence: readonly number[];
  /** Where the specification has the rule. */
  readonly clause: string;
  /** Of the event itself and of the evidence, as far as the record has it. */
  readonly who: readonly Culprit[];
}

/** What was found, before it is an explanation. */
export interface Finding {
  readonly cause: CauseId;
  readonly sentence: string;
  /** Sequences, in any order; null for an event that is not known. */
  readonly evidence: readonly (number | null)[];
}

// A cut of a record carries the state that its first event found.

import type { RecordBatch } from '../record/batch.ts';
import { RecordTail } from '../record/record-tail.ts';
import type { History } from './history.ts';
import type { Keyframe } from './keyframe.ts';

/** The latest events up to one, and the state that the first of them found. */
export interface Cut {
  /** Sequence of the event before the first. */
  readonly after: number;
  /** Null at power on, and where it is not known. */
  readonly keyframe: Keyframe | null;
}

/** Of so many events at most, up to one. */
export function latestCut(history: History, last: number, events: number): Cut {
  const first = Math.max(history.record.firstSequence, last - events + 1);
  return { after: Math.max(0, first - 1), keyframe: stateBefore(history, first) };
}

/** The device before an event; null at power on, and where that is not known. */
export function stateBefore(history: History, sequence: number): Keyframe | null {
  if (sequence <= 1) return null;
  const moment = history.at(sequence - 1);
  return moment.isKnown ? moment.keyframe() : null;
}

/** What a file has of the past. */
export interface FiledPast {
  readonly record: readonly RecordBatch[];
  readonly keyframe: Keyframe | null;
}

/** The events of a cut up to one, to be kept. */
export function filedPast(history: History, last: number, events: number): FiledPast {
  const { after, keyframe } = latestCut(history, last, events);
  const tail = new RecordTail(history.record, after);
  const record = tail.next({ until: last });
  tail.dispose();
  return { record, keyframe };
}

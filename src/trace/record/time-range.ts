// Ranges of guest time, and which events lie in one. A range is two times and not two sequences: a time has its place, and a range
// its length, when the events around it are kept no more.

import { TIME_PER_MS } from './batch.ts';
import type { IommuRecord } from './iommu-record.ts';
import { firstFrom } from './record-search.ts';

/** From a time up to another, which is not in it any more; milliseconds since the machine was built. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Events by sequence: from the first up to `end`, which is the one behind the last. */
export interface EventSpan {
  readonly first: number;
  readonly end: number;
}

/** Where a source has no times (`RecordFacts.times`), its events stand so far apart, by sequence: the order is their time. */
export const ORDER_MS = 1;

/** The unit of times in a record. */
export const TICK_MS = 1 / TIME_PER_MS;

/** The nearest time that an event can have. */
export function wholeTicks(timeMs: number): number {
  return Math.round(timeMs * TIME_PER_MS) / TIME_PER_MS;
}

/** The range between two times in either order. */
export function rangeBetween(oneMs: number, otherMs: number): TimeRange {
  const [one, other] = [wholeTicks(oneMs), wholeTicks(otherMs)];
  return { fromMs: Math.min(one, other), toMs: Math.max(one, other) };
}

/** What of a range there was at the moment of an event, whose time that is; null is the present. */
export function rangeUpTo({ fromMs, toMs }: TimeRange, momentMs: number | null): TimeRange {
  if (momentMs === null) return { fromMs, toMs };
  return { fromMs, toMs: Math.max(fromMs, Math.min(toMs, wholeTicks(momentMs) + TICK_MS)) };
}

/** The events of a range that are kept. */
export function eventsWithin(
  record: Pick<IommuRecord, 'chunks' | 'firstSequence' | 'lastSequence'>,
  { fromMs, toMs }: TimeRange,
): EventSpan {
  // Between two ticks: sums of fractions are not exact
  const [first = 0, end = 0] = [fromMs, toMs].map((timeMs) =>
    Math.max(record.firstSequence, firstFrom(record, timeMs - TICK_MS / 2)),
  );
  return { first, end: Math.max(first, end) };
}

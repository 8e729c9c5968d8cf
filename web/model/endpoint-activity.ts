// How busy each endpoint was in the last seconds before a moment, as a short series for a sparkline: from the counters that the
// record has looked at, in even steps of guest time. The present is such a moment, too.

import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { lowest } from '../../src/trace/record/record-search.ts';
import { ACTIVITY_SAMPLES, stepOf } from './activity-watch.ts';
import type { FaultRecord } from './machine-model.ts';
import type { ActivityView } from './views.ts';

/** Marks that are looked through at most: a guest prints as many lines as it likes. */
const MAX_LOOKED = 10_000;

/** `faults`: those before the moment, the newest first. Times in milliseconds since the machine was built. */
export function activityAt(
  record: IommuRecord,
  sequence: number,
  timeMs: number,
  faults: readonly FaultRecord[],
): ActivityView {
  const samples = samplesBefore(record, sequence, timeMs);
  return {
    nowMs: timeMs,
    samples: (endpoint) => samples.get(endpoint) ?? [],
    lastBlockedMs: (endpoint) =>
      faults.find(({ fault }) => fault.endpoint === endpoint)?.timeMs ?? Number.NEGATIVE_INFINITY,
  };
}

/** Accesses in each step, by endpoint, oldest first. */
function samplesBefore(
  { marks }: IommuRecord,
  sequence: number,
  timeMs: number,
): ReadonlyMap<number, readonly number[]> {
  const samples = new Map<number, number[]>();
  const last = new Map<number, number>();
  const firstStep = stepOf(timeMs) - ACTIVITY_SAMPLES + 1;
  const end = lowest(marks.length, (at) => (marks[at]?.sequence ?? 0) > sequence);
  const before = lowest(end, (at) => stepOf(marks[at]?.timeMs ?? 0) >= firstStep);
  for (let at = Math.max(0, before - 1, end - MAX_LOOKED); at < end; at += 1) {
    const mark = marks[at];
    if (mark?.kind !== 'counters') continue;
    const step = Math.min(ACTIVITY_SAMPLES - 1, stepOf(mark.timeMs) - firstStep);
    for (const { id, translated, bypassed, blocked } of mark.endpoints) {
      const total = translated + bypassed + blocked;
      const added = total - (last.get(id) ?? total);
      last.set(id, total);
      if (step < 0 || added <= 0) continue;
      const steps = samples.get(id) ?? Array.from({ length: ACTIVITY_SAMPLES }, () => 0);
      steps[step] = (steps[step] ?? 0) + added;
      samples.set(id, steps);
    }
  }
  return samples;
}

/** Whether there were accesses just now: a step may only have begun. */
export function isBusy(samples: readonly number[]): boolean {
  return samples.slice(-2).some((each) => each > 0);
}

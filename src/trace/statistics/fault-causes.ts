// Why the faults of a stretch happened: each of the latest is explained, which takes a look at the moment before it.

import { explain } from '../explain/explain.ts';
import type { CauseId } from '../explain/causes.ts';
import type { History } from '../replay/history.ts';
import type { FaultFigures, Statistics } from './statistics.ts';

interface Counts {
  readonly endpoint: number;
  readonly what: CauseId;
  count: number;
  latest: number;
}

/** `faults`: sequences, ascending. What came behind the event `until` was not known then. */
export function* faultCauses(
  history: History,
  faults: readonly number[],
  until: number,
): Generator<void, Pick<Statistics, 'causes' | 'explained' | 'afterUnmap'>> {
  const counts = new Map<string, Counts>();
  const soonest = { count: 0, soonestMs: Infinity, sequence: 0 };
  let explained = 0;
  for (const sequence of faults) {
    yield;
    const event = history.record.event(sequence)?.event;
    const explanation = explain(history, sequence, until);
    if (event?.kind !== 'faulted' || explanation === undefined) continue;
    explained += 1;
    const { endpoint } = event;
    const what = explanation.cause;
    const key = `${endpoint} ${what}`;
    const known = counts.get(key) ?? { endpoint, what, count: 0, latest: sequence };
    known.count += 1;
    known.latest = sequence;
    counts.set(key, known);
    if (what !== 'unmapped') continue;
    const sinceMs = sinceUnmap(history, sequence, explanation.evidence);
    if (sinceMs === null) continue;
    soonest.count += 1;
    if (sinceMs >= soonest.soonestMs) continue;
    soonest.soonestMs = sinceMs;
    soonest.sequence = sequence;
  }
  const causes: readonly FaultFigures<CauseId>[] = [...counts.values()].toSorted(
    (one, other) => other.count - one.count,
  );
  return { causes, explained, afterUnmap: soonest.count === 0 ? null : soonest };
}

/** Milliseconds of guest time from the UNMAP that a fault is explained by; null where it is not told. */
function sinceUnmap(
  { record }: History,
  sequence: number,
  evidence: readonly number[],
): number | null {
  const unmap = evidence.findLast((each) => record.event(each)?.event.kind === 'unmapped');
  const [from, to] = [unmap, sequence].map((each) =>
    each === undefined ? undefined : record.event(each)?.timeMs,
  );
  return from === undefined || to === undefined ? null : to - from;
}

// Accesses of endpoints in a stretch of time: differences of the device's counters, as far as somebody had looked at them.

import type { EndpointCounts, Mark } from '../record/marks.ts';
import type { TimeRange } from '../record/time-range.ts';

/** Marks that a step looks at. */
const STEP = 1 << 12;
const NAMES = [
  'translated',
  'translatedBytes',
  'bypassed',
  'bypassedBytes',
  'blocked',
  'blockedBytes',
] as const;

type Sums = { -readonly [Name in keyof EndpointCounts]: EndpointCounts[Name] };

function noSums(id: number): Sums {
  return {
    id,
    translated: 0,
    translatedBytes: 0,
    bypassed: 0,
    bypassedBytes: 0,
    blocked: 0,
    blockedBytes: 0,
  };
}

/** `isFromStart`: the record begins at power on, and no counters before that are missing. */
export function* dmaSums(
  marks: readonly Mark[],
  { fromMs, toMs }: TimeRange,
  isFromStart: boolean,
): Generator<void, readonly EndpointCounts[]> {
  const sums = new Map<number, Sums>();
  const before = new Map<number, EndpointCounts>();
  for (const [index, mark] of marks.entries()) {
    if (index % STEP === STEP - 1) yield;
    if (mark.kind !== 'counters') continue;
    if (mark.timeMs >= toMs) break;
    for (const counts of mark.endpoints) {
      const last = before.get(counts.id) ?? (isFromStart ? noSums(counts.id) : counts);
      before.set(counts.id, counts);
      if (mark.timeMs >= fromMs) add(sums, counts, last);
    }
  }
  return [...sums.values()]
    .filter((each) => NAMES.some((name) => each[name] > 0))
    .toSorted((one, other) => bytes(other) - bytes(one));
}

/** Counters begin anew at power on: what is less than before was counted since. */
function add(sums: Map<number, Sums>, counts: EndpointCounts, last: EndpointCounts): void {
  const sum = sums.get(counts.id) ?? noSums(counts.id);
  sums.set(counts.id, sum);
  for (const name of NAMES) {
    sum[name] += counts[name] >= last[name] ? counts[name] - last[name] : counts[name];
  }
}

function bytes({ translatedBytes, bypassedBytes, blockedBytes }: EndpointCounts): number {
  return translatedBytes + bypassedBytes + blockedBytes;
}

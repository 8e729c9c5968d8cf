// Accesses of endpoints in a stretch of time: differences of the device's counters, as far as somebody had looked at them.

import { COUNTER_NAMES, CounterSteps } from '../record/counter-steps.ts';
import type { EndpointCounts, Mark } from '../record/marks.ts';
import type { TimeRange } from '../record/time-range.ts';

/** Marks that a step looks at. */
const STEP = 1 << 9;

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

/** `isFromPowerOn`: the marks begin at power on, and none is missing. */
export function* dmaSums(
  marks: readonly Mark[],
  { fromMs, toMs }: TimeRange,
  isFromPowerOn: boolean,
): Generator<void, readonly EndpointCounts[]> {
  const sums = new Map<number, Sums>();
  const steps = new CounterSteps(isFromPowerOn);
  for (const [index, mark] of marks.entries()) {
    if (index % STEP === STEP - 1) yield;
    if (mark.kind !== 'counters') continue;
    if (mark.timeMs >= toMs) break;
    for (const step of steps.take(mark)) {
      if (mark.timeMs < fromMs) continue;
      const sum = sums.get(step.id) ?? noSums(step.id);
      sums.set(step.id, sum);
      for (const name of COUNTER_NAMES) sum[name] += step[name];
    }
  }
  return [...sums.values()]
    .filter((each) => COUNTER_NAMES.some((name) => each[name] > 0))
    .toSorted((one, other) => bytes(other) - bytes(one));
}

function bytes({ translatedBytes, bypassedBytes, blockedBytes }: EndpointCounts): number {
  return translatedBytes + bypassedBytes + blockedBytes;
}

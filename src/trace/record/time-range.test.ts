import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import { IommuRecord } from './iommu-record.ts';
import { Recorder } from './recorder.ts';
import { eventsWithin, rangeBetween, rangeUpTo, TICK_MS } from './time-range.ts';

/** Times of events in ticks, which sums of fractions of a millisecond do not always meet. */
const gaps = fc.array(fc.oneof(fc.nat(3), fc.constant(100_000_000)), { maxLength: 40 });

it('has the events at its first tick and none at its last', () => {
  fc.assert(
    fc.property(gaps, fc.nat(45), fc.nat(45), (steps, one, other) => {
      const recorder = new Recorder();
      const record = new IommuRecord(PLAIN_HEAD);
      let tick = 12_345_678;
      const ticks = steps.map((step, index) => {
        tick += step;
        recorder.add(
          { kind: 'reset', sequence: index + 1 },
          { timeMs: tick / 100_000, instructions: 0 },
        );
        return tick;
      });
      for (const batch of recorder.take()) record.append(batch);
      const [from = 0, to = 0] = [one, other]
        .map((at) => ticks[at] ?? tick + at)
        .toSorted((a, b) => a - b);
      const { first, end } = eventsWithin(record, rangeBetween(to / 100_000, from / 100_000));
      const within = ticks.flatMap((each, index) => (each >= from && each < to ? [index + 1] : []));
      expect(end - first).toBe(within.length);
      if (within.length > 0) expect(first).toBe(within[0]);
    }),
  );
});

it('ends with the event that is looked at', () => {
  const range = { fromMs: 10, toMs: 20 };
  expect(rangeUpTo(range, null)).toEqual(range);
  expect(rangeUpTo(range, 25)).toEqual(range);
  expect(rangeUpTo(range, 15).toMs).toBeCloseTo(15 + TICK_MS, 9);
  expect(rangeUpTo(range, 5)).toEqual({ fromMs: 10, toMs: 10 });
});

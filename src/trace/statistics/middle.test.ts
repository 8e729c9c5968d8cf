import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Lengths } from './middle.ts';

function middleOf(values: readonly number[]): number | null {
  const lengths = new Lengths();
  for (const value of values) lengths.add(value);
  const steps = lengths.middle();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

it('is the middle of the sorted numbers, the lower of two', () => {
  const length = fc.oneof(
    fc.double({ min: 0, noNaN: true }),
    fc.nat(3),
    fc.nat(1_000_000).map((ticks) => ticks / 100_000),
  );
  fc.assert(
    fc.property(fc.array(length, { maxLength: 200, size: 'max' }), (values) => {
      const sorted = values.toSorted((one, other) => one - other);
      expect(middleOf(values)).toBe(sorted[(sorted.length - 1) >> 1] ?? null);
    }),
  );
  expect(middleOf(Array.from({ length: 40_000 }, (_, at) => (at * 7919) % 40_000))).toBe(19_999);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedStarts, type Start } from './sorted-starts.ts';

/** More than three blocks. */
const MANY = 1000;
const LARGE = 1n << 60n;

const start: fc.Arbitrary<Start> = fc.oneof(
  fc.nat(MANY),
  fc.nat(MANY).map((value) => LARGE + BigInt(value)),
);

it('has what was added and not deleted, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), start), { maxLength: 3 * MANY, size: 'max' }),
      fc.array(fc.tuple(start, start), { maxLength: 50 }),
      (steps, ranges) => {
        const starts = new SortedStarts();
        const naive = new Map<Start, number>();
        for (const [id, [isRemoval, key]] of steps.entries()) {
          if (isRemoval && id % 3 === 0) {
            starts.delete(key);
            naive.delete(key);
          } else if (!naive.has(key)) {
            starts.add(key, id);
            naive.set(key, id);
          }
        }
        const sorted = [...naive].sort(([one], [other]) => (one < other ? -1 : 1));
        expect(starts.ids()).toEqual(sorted.map(([, id]) => id));
        expect(starts.count).toBe(sorted.length);
        for (const [from, to] of ranges) {
          const inside = sorted.filter(([key]) => key >= from && key <= to);
          expect(starts.within(from, to)).toEqual(inside.map(([, id]) => id));
          expect(starts.floor(from)).toBe(sorted.findLast(([key]) => key <= from)?.[1]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

// Which regions a range touches, in halves, against the same in bigints.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ADDRESS, toIova } from '../../memory/address.ts';
import { toRangeWords } from '../../memory/range-words.ts';
import { RegionBounds } from './region-bounds.ts';
import type { ReservedRegion } from './reserved-regions.ts';

const SEED = 32;
const place = fc
  .tuple(
    fc.constantFrom(0n, 0xffff_ff00n, 1n << 32n, 1n << 63n, MAX_ADDRESS - 0xffn),
    fc.bigInt({ min: 0n, max: 0xffn }),
  )
  .map(([edge, offset]) => edge + offset);

/** Regions between pairs of places, by ascending address. */
const regions = fc
  .uniqueArray(place, { maxLength: 12 })
  .map((places) => places.toSorted((one, other) => (one < other ? -1 : 1)))
  .map((places) =>
    places.flatMap((start, index): readonly ReservedRegion[] => {
      const end = places[index + 1];
      const isRegion = index % 2 === 0 && end !== undefined;
      return isRegion ? [{ kind: 'reserved', start: toIova(start), end: toIova(end) }] : [];
    }),
  );

describe('RegionBounds', () => {
  it('finds every region that a range touches, and no other', () => {
    fc.assert(
      fc.property(regions, place, place, (regions, one, other) => {
        const [start, end] = one < other ? [one, other] : [other, one];
        const range = toRangeWords({ start: toIova(start), end: toIova(end) });
        const touches = regions.some((region) => region.start <= end && region.end >= start);
        expect(new RegionBounds(regions).touches(range)).toBe(touches);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

// Ranges of MAP in halves, against the same rules in bigints.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highWord, lowWord } from '../base/words.ts';
import { MAX_ADDRESS, toIova } from '../memory/address.ts';
import { toRangeWords } from '../memory/range-words.ts';
import { makeMapRangeCheck } from './map-range.ts';
import { resolveOptions } from './options.ts';
import { dialectOf } from './protocol/dialects.ts';

const SEED = 31;
const EDGES = [0n, 0x1000n, 0xffff_f000n, 1n << 32n, (1n << 32n) + 0x1000n, 1n << 63n, MAX_ADDRESS];
const near = fc
  .tuple(fc.constantFrom(...EDGES), fc.constantFrom(-0x1000n, -1n, 0n, 1n, 0xfffn, 0x1000n))
  .map(([edge, offset]) => BigInt.asUintN(64, edge + offset));
const word = fc.oneof(near, fc.bigInt({ min: 0n, max: MAX_ADDRESS }));
const pageSizeMask = fc.constantFrom(1n, 0x1000n, 1n << 32n, 1n << 40n, 1n << 63n);

describe('makeMapRangeCheck', () => {
  it('decides as the specification does, at every edge of 64 bits', () => {
    let allowed = 0;
    fc.assert(
      fc.property(
        fc.tuple(word, word, word),
        pageSizeMask,
        fc.tuple(near, near),
        fc.constantFrom('1.2' as const, 'v0.5' as const),
        ([start, length, phys], mask, ends, name) => {
          const [lowest = 0n, highest = 0n] = ends.toSorted((one, other) => (one < other ? -1 : 1));
          const options = {
            ...resolveOptions({}),
            pageSizeMask: mask,
            inputRange: { start: toIova(lowest), end: toIova(highest) },
          };
          const { rules } = dialectOf(name);
          const end = BigInt.asUintN(64, start + length);
          const range = toRangeWords({ start: toIova(start), end: toIova(end) });
          const answer = makeMapRangeCheck(
            options,
            rules,
          )({
            kind: 'map',
            domain: 1,
            ...range,
            physHigh: highWord(phys),
            physLow: lowWord(phys),
            flags: 0,
            isEmpty: false,
          });
          const isLong = start < end || (start === end && rules.mapsSingleBytes);
          const isAligned = [start, phys, end + 1n].every((place) => place % mask === 0n);
          const isInside = start >= lowest && end <= highest;
          const expected = isLong && isAligned && isInside && phys + (end - start) <= MAX_ADDRESS;
          if (expected) allowed += 1;
          expect(answer).toBe(expected);
        },
      ),
      { seed: SEED, numRuns: 20_000 },
    );
    expect(allowed).toBeGreaterThan(200);
  });
});

// The combination table of the 2017 draft, as data and on lists of ranges.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ADDRESS, toIova } from '../../memory/address.ts';
import {
  combineRegions,
  COMBINATION_TABLE,
  hasOpenCell,
  mergeRegions,
  type RegionCell,
  type RegionList,
} from './combination-table.ts';
import { rightsOf, type ReservedRegion } from './reserved-regions.ts';

const CELLS: readonly RegionCell[] = ['none', 'reserved', 'msi', 'identity'];
const HIGHEST = 40;

function region(cell: Exclude<RegionCell, 'none'>, start: bigint, end: bigint, flags = 3) {
  const range = { start: toIova(start), end: toIova(end) };
  return cell === 'identity' ? { kind: cell, ...range, flags } : { kind: cell, ...range };
}

/** What a list says of one address, in words. */
function cellAt(list: RegionList, address: number): string {
  const found = list.find(({ start, end }) => start <= address && end >= address);
  return found === undefined ? 'none' : `${found.kind} ${rightsOf(found)}`;
}

const anyRegion: fc.Arbitrary<ReservedRegion> = fc
  .record({
    kind: fc.constantFrom('reserved', 'msi', 'identity'),
    start: fc.integer({ min: 0, max: HIGHEST }),
    length: fc.integer({ min: 1, max: 12 }),
    flags: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ kind, start, length, flags }) =>
    region(kind, BigInt(start), BigInt(start + length - 1), flags),
  );
const anyList = fc.array(anyRegion, { maxLength: 5 }).map(mergeRegions);
const ADDRESSES = Array.from({ length: HIGHEST + 13 }, (_, address) => address);

describe('[C-table C12] the combination table', () => {
  // N R M I against N R M I, as in the mail: `?` is N or I by policy, the lower half mirrors the upper
  it.each([
    ['none', 'none', 'none'],
    ['none', 'reserved', 'reserved'],
    ['none', 'msi', 'msi'],
    ['none', 'identity', 'by-policy'],
    ['reserved', 'reserved', 'reserved'],
    ['reserved', 'msi', 'reserved'],
    ['reserved', 'identity', 'identity'],
    ['msi', 'msi', 'msi'],
    ['msi', 'identity', 'identity'],
    ['identity', 'identity', 'identity'],
  ] as const)('says that %s and %s are %s, in both orders', (one, other, result) => {
    expect(COMBINATION_TABLE[one][other]).toBe(result);
    expect(COMBINATION_TABLE[other][one]).toBe(result);
  });

  it('has a cell for each pair', () => {
    expect(Object.keys(COMBINATION_TABLE)).toEqual(CELLS);
    for (const row of Object.values(COMBINATION_TABLE)) expect(Object.keys(row)).toEqual(CELLS);
  });
});

describe('combined regions', () => {
  it('[C-table C7] are cut at every boundary and joined where they are alike', () => {
    const one = [region('msi', 0n, 99n), region('reserved', 200n, 299n)];
    const other = [region('reserved', 50n, 149n), region('identity', 250n, 259n, 1)];
    expect(combineRegions(one, other)).toEqual([
      region('msi', 0n, 49n),
      region('reserved', 50n, 149n),
      region('reserved', 200n, 249n),
      region('identity', 250n, 259n, 1),
      region('reserved', 260n, 299n),
    ]);
  });

  it('[C7] go up to the last byte of the space', () => {
    const top = region('reserved', MAX_ADDRESS - 9n, MAX_ADDRESS);
    expect(combineRegions([top], [region('identity', MAX_ADDRESS, MAX_ADDRESS, 2)])).toEqual([
      region('reserved', MAX_ADDRESS - 9n, MAX_ADDRESS - 1n),
      region('identity', MAX_ADDRESS, MAX_ADDRESS, 2),
    ]);
  });

  it('[C-table C7 C9 C10 C11] are at each address what the order none < msi < reserved < identity says', () => {
    const order = ['none', 'msi', 'reserved', 'identity'];
    fc.assert(
      fc.property(anyList, anyList, (one, other) => {
        const combined = combineRegions(one, other);
        for (const address of ADDRESSES) {
          const [a = '', aFlags = '0'] = cellAt(one, address).split(' ');
          const [b = '', bFlags = '0'] = cellAt(other, address).split(' ');
          const kind = order[Math.max(order.indexOf(a), order.indexOf(b))];
          const expected = kind === 'none' ? kind : `${kind} ${Number(aFlags) | Number(bFlags)}`;
          expect(cellAt(combined, address)).toBe(expected);
        }
      }),
      { seed: 20_170_823 },
    );
  });

  it('[C-table C7] do not depend on order, grouping or repetition', () => {
    fc.assert(
      fc.property(anyList, anyList, anyList, (one, two, three) => {
        expect(combineRegions(two, one)).toEqual(combineRegions(one, two));
        expect(combineRegions(combineRegions(one, two), three)).toEqual(
          combineRegions(one, combineRegions(two, three)),
        );
        expect(combineRegions(one, one)).toEqual(one);
        expect(combineRegions(one, [])).toEqual(one);
      }),
      { seed: 20_170_824 },
    );
  });

  it('[A75 C7] are in order, apart, and as few as possible', () => {
    fc.assert(
      fc.property(fc.array(anyRegion, { maxLength: 6 }), (regions) => {
        const merged = mergeRegions(regions);
        merged.slice(1).forEach((next, index) => {
          const before = merged[index];
          expect(before?.end).toBeLessThan(Number(next.start));
          const isAlike = before?.kind === next.kind && rightsOf(before) === rightsOf(next);
          if (isAlike) expect(BigInt(before.end) + 1n).not.toBe(BigInt(next.start));
        });
        for (const address of ADDRESSES) {
          const isCovered = regions.some(({ start, end }) => start <= address && end >= address);
          expect(cellAt(merged, address) !== 'none').toBe(isCovered);
        }
      }),
      { seed: 20_170_825 },
    );
  });
});

describe('an open cell', () => {
  it.each([
    ['identity beside nothing', [region('identity', 0n, 9n)], [], true],
    ['one byte that sticks out', [region('identity', 0n, 9n)], [region('msi', 0n, 8n)], true],
    [
      'identity inside another region',
      [region('identity', 3n, 4n)],
      [region('reserved', 0n, 9n)],
      false,
    ],
    [
      'identity over two regions that touch',
      [region('identity', 0n, 9n)],
      [region('msi', 0n, 4n), region('reserved', 5n, 9n)],
      false,
    ],
    ['no identity at all', [region('msi', 0n, 4n)], [region('reserved', 8n, 9n)], false],
  ] as const)('[C-pairwise C13] is found for %s, in both orders', (_what, one, other, isOpen) => {
    expect(hasOpenCell(one, other)).toBe(isOpen);
    expect(hasOpenCell(other, one)).toBe(isOpen);
  });
});

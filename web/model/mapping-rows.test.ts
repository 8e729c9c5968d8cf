import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MappingRows } from './mapping-rows.ts';

const PAGE = 0x1000n;

function row(
  page: number,
  pages: number,
): {
  start: bigint;
  end: bigint;
  phys: bigint;
  flags: number;
} {
  const start = BigInt(page) * PAGE;
  return { start, end: start + BigInt(pages) * PAGE - 1n, phys: 0n, flags: 3 };
}

describe('MappingRows', () => {
  it('stays sorted and free of overlaps whatever is inserted and removed', () => {
    const step = fc.record({
      isInsert: fc.boolean(),
      page: fc.nat(40),
      pages: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rows = new MappingRows(1000);
        // The oracle: which insertion covers a page, forgotten whole when any of its pages goes.
        let expected: { start: bigint; end: bigint }[] = [];
        for (const { isInsert, page, pages } of steps) {
          const range = row(page, pages);
          expected = expected.filter((each) => each.end < range.start || each.start > range.end);
          if (isInsert) {
            rows.insert(range);
            expected.push(range);
          } else {
            rows.remove(range.start, range.end);
          }
        }
        expected.sort((a, b) => (a.start < b.start ? -1 : 1));
        expect(rows.rows.map((each) => each.start)).toEqual(expected.map((each) => each.start));
      }),
    );
  });

  it('keeps the lowest IOVAs when the limit is reached', () => {
    const rows = new MappingRows(2);
    for (const page of [5, 1, 9, 3]) rows.insert(row(page, 1));
    expect(rows.rows.map((each) => each.start)).toEqual([PAGE, 3n * PAGE]);
  });

  it('returns what a removal took away', () => {
    const rows = new MappingRows(10);
    rows.insert(row(1, 1));
    rows.insert(row(2, 2));
    expect(rows.remove(0n, 0xffffn)).toHaveLength(2);
    expect(rows.remove(0n, 0xffffn)).toHaveLength(0);
  });
});

// Tests of addresses and lengths: 64-bit numbers, compared as halves. A range of addresses passes where it overlaps.

import { KIND_CODES } from '../record/event-kinds.ts';
import type { EventColumns } from '../record/event-columns.ts';
import { markRanges } from './mark-facts.ts';
import { passes } from './number-tests.ts';
import { WordRanges, type BigRange, type Wanted } from './ranges.ts';
import { kindTable, type RowTest, type Test } from './row-test.ts';

const MAPPED = KIND_CODES.get('mapped') ?? -1;
const FAULTED = KIND_CODES.get('faulted') ?? -1;
/** By table: MAP and UNMAP come in no order that a processor could guess, so two comparisons cost more than all else. */
const IS_RANGE = kindTable((kind) => kind === 'mapped' || kind === 'unmapped');
const U32_SPAN = 0x1_0000_0000;

/** A test of `iova`, `gpa` or `length`. */
export function addressTest(field: string, wanted: Wanted): Test {
  const rows = { iova: iovaRows, gpa: gpaRows, length: lengthRows }[field] ?? iovaRows;
  return { rows: rows(wanted), mark: (mark) => passes(markRanges(mark, field), wanted) };
}

/** A request's range that ends before it starts is refused; it is found by its start. */
function iovaRows({ ranges, isNegated }: Wanted): RowTest {
  const words = new WordRanges(ranges);
  return ({ columns }, from, to, out) => {
    const { kind, startLow, startHigh, endLow, endHigh } = columns;
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const code = kind[row] ?? 0;
      let isHit = isNegated;
      if (IS_RANGE[code] === 1) {
        const high = startHigh[row] ?? 0;
        const low = startLow[row] ?? 0;
        const isBackwards = isBefore(endHigh[row] ?? 0, endLow[row] ?? 0, high, low);
        isHit = isBackwards
          ? words.overlap(high, low, high, low)
          : words.overlap(high, low, endHigh[row] ?? 0, endLow[row] ?? 0);
      } else if (code === FAULTED) isHit = overlapsAccess(words, columns, row);
      out[row - from] = Number(isHit !== isNegated);
    }
  };
}

/** Of a fault `end` has the length of its access, and how far into it the address is. An access past 2^64 ends there. */
function overlapsAccess(words: WordRanges, columns: EventColumns, row: number): boolean {
  const low = columns.startLow[row] ?? 0;
  const high = columns.startHigh[row] ?? 0;
  const into = columns.endHigh[row] ?? 0;
  const startLow = (low - into) >>> 0;
  const startHigh = low < into ? (high - 1) >>> 0 : high;
  return overlapsFrom(words, startHigh, startLow, Math.max(1, columns.endLow[row] ?? 0) - 1);
}

/** Whether the range from an address to `distance` (below 2^32) behind it overlaps; it may go past 2^64. */
function overlapsFrom(words: WordRanges, high: number, low: number, distance: number): boolean {
  const sum = low + distance;
  if (sum < U32_SPAN) return words.overlap(high, low, high, sum);
  return words.overlap(high, low, high + 1, sum - U32_SPAN);
}

function gpaRows({ ranges, isNegated }: Wanted): RowTest {
  const words = new WordRanges(ranges);
  return (
    { columns: { kind, startLow, startHigh, endLow, endHigh, gpaLow, gpaHigh } },
    from,
    to,
    out,
  ) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      let isHit = isNegated;
      if (kind[row] === MAPPED) {
        const fromHigh = startHigh[row] ?? 0;
        const fromLow = startLow[row] ?? 0;
        const toHigh = endHigh[row] ?? 0;
        const toLow = endLow[row] ?? 0;
        const high = gpaHigh[row] ?? 0;
        const low = gpaLow[row] ?? 0;
        if (isBefore(toHigh, toLow, fromHigh, fromLow)) isHit = words.overlap(high, low, high, low);
        else {
          const sumLow = low + ((toLow - fromLow) >>> 0);
          const carry = sumLow >= U32_SPAN ? 1 : 0;
          const sumHigh = high + (toHigh - fromHigh - (toLow < fromLow ? 1 : 0)) + carry;
          isHit = words.overlap(high, low, sumHigh, sumLow >>> 0);
        }
      }
      out[row - from] = Number(isHit !== isNegated);
    }
  };
}

/** Lengths are compared less one, since 2^64 bytes are one more than 64 bits can say; 0 stands apart. */
function lengthRows({ ranges, isNegated }: Wanted): RowTest {
  const words = new WordRanges(lessOne(ranges));
  const isNothingWanted = ranges[0]?.start === 0n;
  return ({ columns: { kind, startLow, startHigh, endLow, endHigh } }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const code = kind[row] ?? 0;
      const toHigh = endHigh[row] ?? 0;
      const toLow = endLow[row] ?? 0;
      let isHit = isNegated;
      if (IS_RANGE[code] === 1) {
        const high = startHigh[row] ?? 0;
        const low = startLow[row] ?? 0;
        const lessHigh = (toHigh - high - (toLow < low ? 1 : 0)) >>> 0;
        const lessLow = (toLow - low) >>> 0;
        isHit = isBefore(toHigh, toLow, high, low)
          ? isNothingWanted
          : words.overlap(lessHigh, lessLow, lessHigh, lessLow);
      } else if (code === FAULTED) {
        isHit = toLow === 0 ? isNothingWanted : words.overlap(0, toLow - 1, 0, toLow - 1);
      }
      out[row - from] = Number(isHit !== isNegated);
    }
  };
}

function lessOne(ranges: readonly BigRange[]): readonly BigRange[] {
  return ranges
    .filter(({ end }) => end > 0n)
    .map(({ start, end }) => ({
      start: start === 0n ? 0n : start - 1n,
      end: end - 1n,
    }));
}

function isBefore(high: number, low: number, otherHigh: number, otherLow: number): boolean {
  return high < otherHigh || (high === otherHigh && low < otherLow);
}

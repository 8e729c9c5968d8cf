// Sets of numbers as inclusive ranges, sorted and apart from each other: what a comparison asks a field to be in.

import { highWord, lowWord } from '../../base/words.ts';
import type { Item, Operator } from './filter-ast.ts';
import { MAX_NUMBER } from './quantities.ts';

export interface BigRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Numbers that pass; with `isNegated` those that do not. */
export interface Wanted {
  readonly ranges: readonly BigRange[];
  readonly isNegated: boolean;
}

/** What a comparison with a number asks for. */
export function wantedBy(operator: Operator, value: bigint): Wanted {
  return { ranges: rangesBy(operator, value), isNegated: operator === '!=' };
}

/** More than any number that can be written, and a length all the same: that of all 64-bit addresses. */
const MAX_LENGTH = MAX_NUMBER + 1n;

function rangesBy(operator: Operator, value: bigint): readonly BigRange[] {
  switch (operator) {
    case '<':
      return value === 0n ? [] : [{ start: 0n, end: value - 1n }];
    case '<=':
      return [{ start: 0n, end: value }];
    case '>':
      return [{ start: value + 1n, end: MAX_LENGTH }];
    case '>=':
      return [{ start: value, end: MAX_LENGTH }];
    case '==':
    case '!=':
    case '~':
      return [{ start: value, end: value }];
  }
}

function byStart(one: BigRange, other: BigRange): number {
  if (one.start === other.start) return 0;
  return one.start < other.start ? -1 : 1;
}

/** The numbers among items, sorted, with ranges that touch made one. */
export function rangesOf(items: readonly Item[]): readonly BigRange[] {
  const ranges = items.flatMap((item): readonly BigRange[] => {
    if (item.type === 'range') return [item];
    return item.type === 'number' ? [{ start: item.value, end: item.value }] : [];
  });
  const joined: BigRange[] = [];
  for (const { start, end } of ranges.toSorted(byStart)) {
    const last = joined.at(-1);
    if (last === undefined || last.end + 1n < start) joined.push({ start, end });
    else joined[joined.length - 1] = { start: last.start, end: end > last.end ? end : last.end };
  }
  return joined;
}

/** Whether a range has a number of the set. */
export function overlapsAny(ranges: readonly BigRange[], { start, end }: BigRange): boolean {
  return ranges.some((each) => each.start <= end && each.end >= start);
}

/** Ranges of numbers that fit into 53 bits, as columns have them; larger bounds stand for all that is beyond. */
export class NumberRanges {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #first: number;
  readonly #last: number;
  readonly #isOne: boolean;

  constructor(ranges: readonly BigRange[]) {
    this.#starts = Float64Array.from(ranges, ({ start }) => Number(start));
    this.#ends = Float64Array.from(ranges, ({ end }) => Number(end));
    this.#first = this.#starts[0] ?? Infinity;
    this.#last = this.#ends.at(-1) ?? -Infinity;
    this.#isOne = ranges.length === 1;
  }

  has(value: number): boolean {
    if (value < this.#first || value > this.#last) return false;
    return this.#isOne || this.#search(value);
  }

  /** Looks at the first range that does not end before the value. */
  #search(value: number): boolean {
    const ends = this.#ends;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return (this.#starts[low] ?? Infinity) <= value;
  }
}

/** Ranges of 64-bit numbers as halves. */
export class WordRanges {
  readonly #startHigh: Uint32Array;
  readonly #startLow: Uint32Array;
  readonly #endHigh: Uint32Array;
  readonly #endLow: Uint32Array;
  readonly #last: number;

  constructor(all: readonly BigRange[]) {
    const ranges = all
      .filter(({ start }) => start <= MAX_NUMBER)
      .map(({ start, end }) => ({ start, end: end > MAX_NUMBER ? MAX_NUMBER : end }));
    this.#startHigh = Uint32Array.from(ranges, ({ start }) => highWord(start));
    this.#startLow = Uint32Array.from(ranges, ({ start }) => lowWord(start));
    this.#endHigh = Uint32Array.from(ranges, ({ end }) => highWord(end));
    this.#endLow = Uint32Array.from(ranges, ({ end }) => lowWord(end));
    this.#last = ranges.length - 1;
  }

  /** Whether a range, given by the halves of its start and end, has a number of the set. */
  overlap(startHigh: number, startLow: number, endHigh: number, endLow: number): boolean {
    const last = this.#last;
    if (last < 0) return false;
    const at = last === 0 ? 0 : this.#firstEndingFrom(startHigh, startLow);
    const fromHigh = this.#startHigh[at] ?? 0;
    if (fromHigh > endHigh || (fromHigh === endHigh && (this.#startLow[at] ?? 0) > endLow)) {
      return false;
    }
    const toHigh = this.#endHigh[at] ?? 0;
    return toHigh > startHigh || (toHigh === startHigh && (this.#endLow[at] ?? 0) >= startLow);
  }

  /** The first range that does not end before a number, or the last one. */
  #firstEndingFrom(high: number, low: number): number {
    let first = 0;
    let last = this.#last;
    while (first < last) {
      const middle = (first + last) >> 1;
      const endHigh = this.#endHigh[middle] ?? 0;
      if (endHigh < high || (endHigh === high && (this.#endLow[middle] ?? 0) < low)) {
        first = middle + 1;
      } else last = middle;
    }
    return first;
  }
}

// Ranges of addresses as numbers: rounded to 53 bits, in their order. What does not overlap as numbers does not overlap;
// what does is looked at exactly.

import type { MappingColumns } from './lifetime.ts';

const U32_SPAN = 0x1_0000_0000;

/** One of the two ranges of a mapping. */
export interface Span {
  start(columns: MappingColumns, at: number): number;
  /** Inclusive. */
  end(columns: MappingColumns, at: number): number;
}

/** The IOVAs of a mapping. */
export const IOVAS: Span = {
  start: ({ startHigh, startLow }, at) => (startHigh[at] ?? 0) * U32_SPAN + (startLow[at] ?? 0),
  end: ({ endHigh, endLow }, at) => (endHigh[at] ?? 0) * U32_SPAN + (endLow[at] ?? 0),
};

/** The guest-physical addresses that it leads to. */
export const GPAS: Span = {
  start: ({ gpaHigh, gpaLow }, at) => (gpaHigh[at] ?? 0) * U32_SPAN + (gpaLow[at] ?? 0),
  end: (columns, at) => {
    // By halves, so that only their sum is rounded
    const { startHigh, startLow, endHigh, endLow, gpaHigh, gpaLow } = columns;
    const high = (endHigh[at] ?? 0) - (startHigh[at] ?? 0) + (gpaHigh[at] ?? 0);
    const low = (endLow[at] ?? 0) - (startLow[at] ?? 0) + (gpaLow[at] ?? 0);
    return high * U32_SPAN + low;
  },
};

/** A range to look for, as numbers. */
export interface NumberRange {
  readonly start: number;
  readonly end: number;
}

export function overlaps(
  span: Span,
  range: NumberRange,
  columns: MappingColumns,
  at: number,
): boolean {
  return span.start(columns, at) <= range.end && span.end(columns, at) >= range.start;
}

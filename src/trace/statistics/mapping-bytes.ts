// Sizes and places of mappings as numbers, of rows in columns; 53 bits of them are exact, which all memory fits in.

import type { MappingColumns } from '../replay/lifetime.ts';

const HIGH = 0x1_0000_0000;

/** Bytes of a mapping. */
export function bytesOf(
  {
    startHigh,
    startLow,
    endHigh,
    endLow,
  }: Pick<MappingColumns, 'startHigh' | 'startLow' | 'endHigh' | 'endLow'>,
  row: number,
): number {
  const high = (endHigh[row] ?? 0) - (startHigh[row] ?? 0);
  return high * HIGH + ((endLow[row] ?? 0) - (startLow[row] ?? 0)) + 1;
}

/** Where it begins in guest-physical memory. */
export function gpaOf(
  { gpaHigh, gpaLow }: Pick<MappingColumns, 'gpaHigh' | 'gpaLow'>,
  row: number,
) {
  return (gpaHigh[row] ?? 0) * HIGH + (gpaLow[row] ?? 0);
}

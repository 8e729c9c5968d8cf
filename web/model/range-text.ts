// A range of guest time as text, as the page's address has it: `1.5s..2.25s`.

import { rangeBetween, type TimeRange } from '../../src/trace/record/time-range.ts';

/** Seconds, down to the 10 ns of the record. */
const TIME = String.raw`(\d{1,7}(?:\.\d{1,8})?)s?`;
const RANGE = new RegExp(String.raw`^${TIME}\.\.${TIME}$`);
const HOW = 'Write two times in seconds below 10,000,000, as in range=1.5s..2.25s.';
/** What is shown of a text that is wrong. */
const SHOWN_LENGTH = 40;

export type RangeOrNot =
  | { readonly isValid: true; readonly range: TimeRange }
  /** A sentence for who wrote it. */
  | { readonly isValid: false; readonly problem: string };

/** Reads a range; two times in the wrong order are put right. */
export function parseRange(text: string): RangeOrNot {
  const [, one, other] = RANGE.exec(text) ?? [];
  if (one === undefined || other === undefined) {
    const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
    return { isValid: false, problem: `“${shown}” is no range of time. ${HOW}` };
  }
  const range = rangeBetween(Number(one) * 1000, Number(other) * 1000);
  if (range.fromMs === range.toMs) {
    return { isValid: false, problem: `The range “${text}” ends where it begins. ${HOW}` };
  }
  return { isValid: true, range };
}

/** The same range comes of it again. */
export function printRange({ fromMs, toMs }: TimeRange): string {
  return `${printTime(fromMs)}..${printTime(toMs)}`;
}

/** A time to the tick, as an address and a filter have it: `1.5s`. */
export function printTime(timeMs: number): string {
  return `${(timeMs / 1000).toFixed(8).replace(/\.?0+$/, '')}s`;
}

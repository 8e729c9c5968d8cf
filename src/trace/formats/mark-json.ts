// A mark as a line of JSON: `{"after":7,"timeMs":812.4,"kind":"console","line":"…"}`. It has no number of its own: `after` is the
// sequence of the event before it.

import type { Mark } from '../record/marks.ts';
import { isObject } from './field-checks.ts';
import { isMark } from './mark-checks.ts';

/** One mark as a line with its newline; times and addresses are those of `traceLine`. Who was behind it is not in it. */
export function markLine({
  sequence,
  timeMs,
  instructions: _instructions,
  who: _who,
  ...content
}: Mark): string {
  const { kind, ...rest } = content;
  const time = Math.round(timeMs * 1000) / 1000;
  return `${JSON.stringify({ after: sequence, timeMs: time, kind, ...rest }, asJson)}\n`;
}

/** The mark in an object that a line holds; text says why there is none. */
export function readMark(fields: Readonly<Record<string, unknown>>): Mark | string {
  const { after: sequence, ...rest } = fields;
  const content = Object.entries(rest).map(([name, value]) => [
    name,
    name === 'address' ? wordOf(value) : value,
  ]);
  const mark: unknown = { ...Object.fromEntries(content), sequence, instructions: 0 };
  return isMark(mark) ? mark : `there is no mark "${String(fields['kind'])}" like this`;
}

/** Whether a line of JSON is that of a mark. */
export function isMarkLine(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && 'after' in value && !('sequence' in value);
}

function wordOf(value: unknown): bigint | undefined {
  const isWord = typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value);
  return isWord ? BigInt(value) : undefined;
}

function asJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}

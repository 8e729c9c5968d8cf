// A mark as a line of JSON: `{"after":7,"timeMs":812.4,"kind":"console","line":"…"}`. It has no number of its own: `after` is the
// sequence of the event before it.

import type { Mark } from '../record/marks.ts';
import { ORDER_MS } from '../record/time-range.ts';
import { writtenMs } from '../trace-lines.ts';
import { isObject } from './field-checks.ts';
import { isMark } from './mark-checks.ts';

/** One mark as a line with its newline; times and addresses are those of `traceLine`. Who was behind it is not in it. */
export function markLine(
  { sequence, timeMs, instructions: _instructions, who: _who, ...content }: Mark,
  hasTimes: boolean,
): string {
  const { kind, ...rest } = content;
  const place = { after: sequence, timeMs: writtenMs(timeMs, hasTimes) };
  return `${JSON.stringify({ ...place, kind, ...rest }, asJson)}\n`;
}

/** The mark in an object that a line holds; text says why there is none. */
export function readMark(fields: Readonly<Record<string, unknown>>): Mark | string {
  const { after: sequence, timeMs, ...rest } = fields;
  const content = Object.entries(rest).map(([name, value]) => [
    name,
    name === 'address' ? wordOf(value) : value,
  ]);
  const place = { sequence, timeMs: timeMs ?? orderMs(sequence), instructions: 0 };
  const mark: unknown = { ...Object.fromEntries(content), ...place };
  return isMark(mark) ? mark : `there is no mark "${String(fields['kind'])}" like this`;
}

/** Whether a line of JSON is that of a mark. */
export function isMarkLine(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && 'after' in value && !('sequence' in value);
}

/** The place of a mark that has no time. */
function orderMs(sequence: unknown): number | undefined {
  return typeof sequence === 'number' ? sequence * ORDER_MS : undefined;
}

function wordOf(value: unknown): bigint | undefined {
  const isWord = typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value);
  return isWord ? BigInt(value) : undefined;
}

function asJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}

// Export of the record as JSON lines: one event, one object, one line; 64-bit values as hexadecimal strings.

import { NO_STATUS } from './record/event-columns.ts';
import type { RecordedEvent } from './recorded-event.ts';

/**
 * One event as a line with its newline: `{"sequence":7,"timeMs":812.4,"kind":"mapped","domain":1,
 * "virtStart":"0xfffff000",…}`. `timeMs` has microseconds at most, and is null in a record without times; `status` is null where it is not known.
 */
export function traceLine({ timeMs, event }: RecordedEvent, hasTimes: boolean): string {
  const { sequence, kind, ...rest } = event;
  return `${JSON.stringify({ sequence, timeMs: writtenMs(timeMs, hasTimes), kind, ...rest }, asJson)}\n`;
}

/** A time as it is written: microseconds at most, null where there are none. */
export function writtenMs(timeMs: number, hasTimes: boolean): number | null {
  return hasTimes ? Math.round(timeMs * 1000) / 1000 : null;
}

function asJson(key: string, value: unknown): unknown {
  if (key === 'status' && value === NO_STATUS) return null;
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}

// Requests in the last second of guest time, of any moment.

import { firstFrom } from '../../src/trace/record/record-search.ts';
import type { History } from '../../src/trace/replay/history.ts';

const WINDOW_MS = 1_000;

/** Those up to an event, in the second before a time in milliseconds since the machine was built. */
export function requestRate(history: History, sequence: number, timeMs: number): number {
  if (!history.record.head.facts.times) return 0;
  const from = firstFrom(history.record, timeMs - WINDOW_MS);
  const totals = history.stretch(from, sequence)?.totals;
  if (totals === undefined) return 0;
  const { attach, detach, map, unmap, probe, ignored } = totals;
  return attach + detach + map + unmap + probe + ignored;
}

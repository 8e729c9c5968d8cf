// The moment that the page looks at, in words.

import type { PastNote } from '../../src/worker/api/past.ts';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import {
  formatBytes,
  formatDuration,
  formatExact,
  formatFine,
  formatPlural,
  formatSeconds,
} from './quantity.ts';

const MINUTE_S = 60;
const HOUR_S = 3600;

/** A stretch of time, coarser the longer it is: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 3 min`. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, spanMs / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < MINUTE_S) return `${whole} s`;
  const minutes = Math.floor(whole / MINUTE_S);
  if (whole < HOUR_S) return `${minutes} min ${whole % MINUTE_S} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What the machine does meanwhile. */
export function meanwhile(status: MachineStatus, note: PastNote | null): string {
  if (note !== null && status === 'paused') {
    return `The PC stands still at event #${formatExact(note.sequence)}.`;
  }
  if (status === 'trace') return 'Nothing runs.';
  if (status === 'running') return 'The PC goes on.';
  return status === 'paused' ? 'The PC is paused.' : 'The PC stands still.';
}

/** Why a moment can not be shown. `nearest`: the first event that can be told of. */
export function whyUnknown(
  sequence: number,
  because: 'gone' | 'lost' | 'not-recorded' | 'not-yet',
): string {
  const event = `Event #${formatExact(sequence)}`;
  switch (because) {
    case 'gone':
      return `${event} is kept no more. This is the present.`;
    case 'lost':
      return `${event} is among events that were lost. This is the present.`;
    case 'not-recorded':
      return `${event} was not recorded. This is the present.`;
    case 'not-yet':
      return `${event} has not happened yet. This is the present.`;
  }
}

export interface RangeCounts {
  readonly requests: number;
  readonly faults: number;
  readonly dmaBytes: number;
}

interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened in a range of time, up to the moment that is looked at if that is a past one; all in milliseconds. */
export function rangeWords(range: Times, pastMs: number | null, counts: RangeCounts): string {
  const { fromMs, toMs } = range;
  const fine = (timeMs: number): string => formatFine(timeMs, toMs - fromMs);
  const times = `${fine(fromMs)} to ${fine(toMs)} s (${formatDuration(toMs - fromMs)})`;
  if (pastMs !== null && pastMs < fromMs) return `${times}: after the moment you look at`;
  const upTo = pastMs === null || pastMs >= toMs ? '' : `, up to ${fine(pastMs)} s`;
  const { requests, faults, dmaBytes } = counts;
  const words = [formatPlural(requests, 'request'), formatPlural(faults, 'fault')].join(', ');
  return `${times}${upTo}: ${words}, ${formatBytes(dmaBytes)} of DMA`;
}

/** What of a range the record does not have; null when it has all. `kept`: from its first event up to now. */
export function rangeMissing({ fromMs, toMs }: Times, kept: Times): string | null {
  const begins = `the record begins at ${formatSeconds(kept.fromMs)} s`;
  if (toMs <= kept.fromMs) return `Nothing of it is kept: ${begins}.`;
  if (fromMs >= kept.toMs) return 'That time has not come yet.';
  return fromMs < kept.fromMs ? `Some of it is not kept: ${begins}.` : null;
}

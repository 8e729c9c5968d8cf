// The moment that the page looks at, in words.

import type { PastNote } from '../../src/worker/api/past.ts';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import { formatExact } from './quantity.ts';

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

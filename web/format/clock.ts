// How times of events are written. A trace may have none, only an order: its events then stand evenly apart, and what is a time
// elsewhere is the number of an event.

import { ORDER_MS } from '../../src/trace/record/time-range.ts';
import { formatSpan } from './moment-words.ts';
import {
  formatDuration,
  formatExact,
  formatFine,
  formatPlural,
  formatSeconds,
  TIME_TITLE,
} from './quantity.ts';

/** All times in milliseconds. */
export interface Clock {
  /** Whether these are times. */
  readonly isTime: boolean;
  /** What a time counts from, as a sentence. */
  readonly title: string;
  /** What a column of times is called, and one of stretches of time. */
  readonly column: string;
  readonly heading: string;
  /** What lengths are counted in. */
  readonly unit: string;
  /** `2.832 s`, `event #12`. */
  readonly at: (timeMs: number) => string;
  /** The same without a unit: `2.832`, `#12`. */
  readonly short: (timeMs: number) => string;
  /** One end of a stretch of so many milliseconds, without a unit. */
  readonly fine: (timeMs: number, spanMs: number) => string;
  /** A stretch by its ends: `2.1 to 2.9 s`, `#12 to #40`. */
  readonly between: (fromMs: number, toMs: number) => string;
  /** Its length: `1.20 s`, `12 events`. */
  readonly duration: (spanMs: number) => string;
  /** The same, coarser: `3 min 5 s`. */
  readonly span: (spanMs: number) => string;
}

export const GUEST_TIME: Clock = {
  isTime: true,
  title: TIME_TITLE,
  column: 'Time',
  heading: 'Seconds',
  unit: 'ms',
  at: (timeMs) => `${formatSeconds(timeMs)} s`,
  short: formatSeconds,
  fine: formatFine,
  between: (fromMs, toMs) =>
    `${formatFine(fromMs, toMs - fromMs)} to ${formatFine(toMs, toMs - fromMs)} s`,
  duration: formatDuration,
  span: formatSpan,
};

function numberAt(timeMs: number): string {
  return `#${formatExact(Math.max(0, Math.round(timeMs / ORDER_MS)))}`;
}

function eventsIn(spanMs: number): string {
  return formatPlural(Math.max(0, Math.round(spanMs / ORDER_MS)), 'event');
}

export const ORDER: Clock = {
  isTime: false,
  title: 'This trace has no times: the order of its events is all there is',
  column: 'Order',
  heading: 'Events',
  unit: 'events',
  at: (timeMs) => `event ${numberAt(timeMs)}`,
  short: numberAt,
  fine: numberAt,
  // A range ends before its second end
  between: (fromMs, toMs) => {
    const first = Math.ceil(fromMs / ORDER_MS);
    const last = Math.max(first, Math.ceil(toMs / ORDER_MS) - 1);
    return `#${formatExact(first)} to #${formatExact(last)}`;
  },
  duration: eventsIn,
  span: eventsIn,
};

/** `hasTimes`: whether the source of the record has them. */
export function clockOf(hasTimes: boolean): Clock {
  return hasTimes ? GUEST_TIME : ORDER;
}

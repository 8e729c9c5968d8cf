// Filters that let through what a figure has counted, and nothing else.

import { EVENT_NAMES } from '../../src/trace/filter/names.ts';
import type { EventKind } from '../../src/trace/statistics/statistics.ts';
import { printTime } from '../model/range-text.ts';
import type { Counted } from '../model/statistics-view.ts';

/** What all requests are. */
export const REQUESTS = 'kind in {attach, detach, map, unmap, probe, ignored}';

/** A kind of event as the filter language has it. */
export function kindName(kind: EventKind): string {
  return Object.entries(EVENT_NAMES).find(([, each]) => each === kind)?.[0] ?? kind;
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Terms that hold for the events that were counted, one after the other. */
export function filterOf({ figures, isWhole, moment }: Counted, ...terms: readonly string[]) {
  const { fromMs, toMs } = figures.range;
  const within = isWhole ? [] : [`time >= ${printTime(fromMs)}`, `time < ${printTime(toMs)}`];
  const until = moment === null ? [] : [`sequence <= ${moment}`];
  return [...terms, ...within, ...until].join(' && ');
}

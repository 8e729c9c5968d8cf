// The events before a moment, and some behind it, by kind: found in the columns of the record, from the moment outwards.

import type { EventTotals } from '../../src/trace/event-totals.ts';
import type { EventChunk } from '../../src/trace/record/event-chunk.ts';
import { EVENT_KINDS, KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { previousOfKind } from '../../src/trace/record/record-search.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { Tally } from '../../src/trace/replay/tally.ts';
import {
  FEED_KINDS,
  feedKind,
  KEPT_PER_KIND,
  type EventFeed,
  type FeedKind,
} from './event-feed.ts';
import { MAX_FAULTS, type FaultRecord } from './machine-model.ts';

/** Events behind the moment that are looked through: enough to see what came next. */
const LOOKED_AHEAD = 1_000;

/** The place in `FEED_KINDS` for each code of a kind. */
const PLACES = EVENT_KINDS.map((kind) => FEED_KINDS.indexOf(feedKind(kind)));

const FAULTED = KIND_CODES.get('faulted') ?? -1;

/** The list of events as it was at a moment, with what came next. */
export class PastLists {
  readonly kinds = FEED_KINDS;
  /** Ascending, for each kind. */
  readonly #lists: readonly (readonly number[])[];

  constructor(history: History, sequence: number, feed: EventFeed) {
    const { record } = history;
    const before = lastOfEachKind(history, sequence);
    const later = nextEvents(record, sequence);
    // What the record has no more, the live list may still have
    const { firstSequence } = record;
    this.#lists = FEED_KINDS.map((kind, place) => {
      const elders = feed.list(new Set([kind])).filter((each) => each < firstSequence);
      const known = [...elders, ...(before[place] ?? [])].slice(-KEPT_PER_KIND);
      return [...known, ...(later[place] ?? [])];
    });
  }

  list(kinds: ReadonlySet<FeedKind>): readonly number[] {
    const chosen = this.#lists.filter((_, place) => {
      const kind = FEED_KINDS[place];
      return kind !== undefined && kinds.has(kind);
    });
    return [...Float64Array.from(chosen.flat()).sort()];
  }
}

/** The faults before a moment, the newest first. `known`: those of the live list, which has some that the record lost. */
export function pastFaults(
  record: IommuRecord,
  sequence: number,
  known: readonly FaultRecord[],
): readonly FaultRecord[] {
  const list: FaultRecord[] = [];
  let before = sequence + 1;
  while (list.length < MAX_FAULTS) {
    const found = previousOfKind(record, FAULTED, before);
    const recorded = found === undefined ? undefined : record.event(found);
    if (found === undefined || recorded?.event.kind !== 'faulted') break;
    list.push({ timeMs: recorded.timeMs, fault: recorded.event });
    before = found;
  }
  const elders = known.filter(({ fault }) => fault.sequence < record.firstSequence);
  return [...list, ...elders].slice(0, MAX_FAULTS);
}

function emptyLists(): number[][] {
  return FEED_KINDS.map(() => []);
}

/** As many as a list keeps, up to an event that it includes; ascending. */
function lastOfEachKind(history: History, sequence: number): readonly number[][] {
  const chunks = history.record.chunks.filter(({ firstSequence }) => firstSequence <= sequence);
  const bounds = [...chunks.map(({ firstSequence }) => firstSequence), sequence + 1];
  const tally = history.tally(bounds);
  return FEED_KINDS.map((kind, place) => {
    const found: number[] = [];
    for (let index = chunks.length - 1; index >= 0 && found.length < KEPT_PER_KIND; index -= 1) {
      const chunk = chunks[index];
      const events = Math.min(chunk?.count ?? 0, sequence + 1 - (bounds[index] ?? 0));
      // Most chunks have none of the rare kinds
      if (chunk === undefined || countOf(kind, tally, index, events) === 0) continue;
      addRows(found, chunk, events, place);
    }
    return found.toReversed();
  });
}

/** Events of a kind among those of a stretch, which are so many. */
function countOf(kind: FeedKind, tally: Tally, stretch: number, events: number): number {
  const sum = (...names: readonly (keyof EventTotals)[]): number =>
    names.reduce((all, name) => all + tally.of(name, stretch), 0);
  switch (kind) {
    case 'attach':
      return sum('attach', 'detach');
    case 'fault':
      return sum('faults');
    case 'device':
      return events - sum('attach', 'detach', 'map', 'unmap', 'probe', 'faults');
    case 'map':
    case 'unmap':
    case 'probe':
      return sum(kind);
  }
}

/** Adds those of the first so many rows, the last first, that are of the kind with this place. */
function addRows(
  found: number[],
  { columns, firstSequence }: EventChunk,
  events: number,
  place: number,
): void {
  const codes = PLACES.flatMap((each, code) => (each === place ? [code] : []));
  const [only] = codes;
  let row = events - 1;
  while (row >= 0 && found.length < KEPT_PER_KIND) {
    if (codes.length === 1 && only !== undefined) row = columns.kind.lastIndexOf(only, row);
    if (row < 0) return;
    if (PLACES[columns.kind[row] ?? -1] === place) found.push(firstSequence + row);
    row -= 1;
  }
}

function nextEvents(record: IommuRecord, sequence: number): readonly number[][] {
  const lists = emptyLists();
  for (let each = sequence + 1; each <= sequence + LOOKED_AHEAD; each += 1) {
    const place = record.find(each);
    if (place === undefined) break;
    lists[PLACES[place.chunk.columns.kind[place.at] ?? -1] ?? -1]?.push(each);
  }
  return lists;
}

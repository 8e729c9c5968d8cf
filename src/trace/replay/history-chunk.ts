// What is derived from one chunk of the record.

import type { EventChunk } from '../record/event-chunk.ts';
import { sortPlaces } from './byte-order.ts';
import { Deaths } from './deaths.ts';
import { CHUNK_EVENTS } from '../record/event-chunk.ts';
import { RangeIndex } from './range-index.ts';
import { GPAS, IOVAS, overlaps, type NumberRange, type Span } from './spans.ts';
import type { Standing } from './standing.ts';
import { ChunkTotals, type Sums } from './totals.ts';

export class HistoryChunk {
  readonly events: EventChunk;
  /** The device before its first event; nobody changes it. */
  readonly base: Standing;
  readonly deaths = new Deaths(CHUNK_EVENTS);
  readonly totals: ChunkTotals;
  /** Events that have been taken in. */
  count = 0;
  readonly #indexes = new Map<Span, RangeIndex>();

  constructor(events: EventChunk, base: Standing, before: Sums, reachedBefore: number) {
    this.events = events;
    this.base = base;
    this.totals = new ChunkTotals(before, reachedBefore);
  }

  get firstSequence(): number {
    return this.events.firstSequence;
  }

  /** Sequence of the event after the last that was taken in. */
  get endSequence(): number {
    return this.firstSequence + this.count;
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    const indexes = [...this.#indexes.values()];
    const indexed = indexes.reduce((sum, { bytes }) => sum + bytes, 0);
    return this.deaths.bytes + this.totals.bytes + indexed;
  }

  /** Whether `seal` was called. */
  get isSealed(): boolean {
    return this.#indexes.size > 0;
  }

  /** No event comes any more: gives back room, and makes its lifetimes easy to find. */
  seal(): void {
    this.deaths.trim(this.count);
    this.totals.trim();
    const { columns } = this.events;
    const rows = Uint32Array.from(this.#rows());
    sortPlaces(rows, columns.startHigh, columns.startLow);
    const byIova = new Uint16Array(rows);
    sortPlaces(rows, columns.gpaHigh, columns.gpaLow);
    const byGpa = new Uint16Array(rows);
    this.#indexes.set(IOVAS, new RangeIndex(columns, IOVAS, byIova));
    this.#indexes.set(GPAS, new RangeIndex(columns, GPAS, byGpa));
  }

  /** Rows of lifetimes that overlap a range of numbers, the newest first. */
  overlapping(span: Span, range: NumberRange): readonly number[] {
    const { columns } = this.events;
    const rows =
      this.#indexes.get(span)?.overlapping(range) ??
      this.#rows().filter((row) => overlaps(span, range, columns, row));
    return rows.sort((one, other) => other - one);
  }

  #rows(): number[] {
    const rows: number[] = [];
    this.deaths.forEachAfter(0, this.count, (row) => rows.push(row));
    return rows;
  }
}

// All lifetimes of a record: those whose MAP is in a chunk stand in its rows, the others in a list of their own.

import type { HistoryChunk } from './history-chunk.ts';
import { lifetimeIn, LifetimeTable, type Lifetime, type MappingColumns } from './lifetime.ts';
import { overlaps, type NumberRange, type Span } from './spans.ts';

/** Where the mapping of a lifetime is. */
export interface LifetimePlace {
  readonly columns: MappingColumns;
  readonly at: number;
}

/** Some of the lifetimes of a record, for those who count many. */
export interface LifetimePart {
  /** Of the rows that `forEachFrom` calls with. */
  readonly columns: MappingColumns;
  /**
   * Calls with each lifetime that ended with that event or later, or goes on: its row, the sequence of its MAP (below 0 where that
   * is not known), and the event that ended it, Infinity while it goes on.
   */
  readonly forEachFrom: (
    sequence: number,
    call: (row: number, born: number, died: number) => void,
  ) => void;
}

/** Elders of one part at most. */
const PART_ROWS = 1 << 14;

export class Lifetimes {
  #chunks: readonly HistoryChunk[] = [];
  /** Those whose MAP has gone, or never was there. */
  readonly elders = new LifetimeTable();

  /** How many were alive at the moment that was asked for before this one. */
  #alive = 0;

  /** Oldest first. */
  get chunks(): readonly HistoryChunk[] {
    return this.#chunks;
  }

  get lastChunk(): HistoryChunk | undefined {
    return this.#chunks.at(-1);
  }

  push(chunk: HistoryChunk): void {
    this.#chunks = [...this.#chunks, chunk];
  }

  pop(): void {
    this.#chunks = this.#chunks.slice(0, -1);
  }

  /** Forgets the oldest chunk, but not those of its lifetimes that go on after it. */
  dropOldest(): void {
    const [oldest, ...rest] = this.#chunks;
    if (oldest === undefined) return;
    const { deaths, events, firstSequence, endSequence, count } = oldest;
    this.elders.keep((at) => (this.elders.died[at] ?? 0) >= endSequence);
    deaths.forEachAfter(count - 1, count, (row) => {
      const died = firstSequence + deaths.endOf(row);
      this.elders.add(events.columns, row, firstSequence + row, died);
    });
    this.#chunks = rest;
  }

  clear(): void {
    this.#chunks = [];
    this.elders.count = 0;
  }

  /** The chunk that has an event. */
  chunkOf(sequence: number): HistoryChunk | undefined {
    let low = 0;
    for (let high = this.#chunks.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle]?.endSequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    const chunk = this.#chunks[low];
    return chunk !== undefined && chunk.firstSequence <= sequence ? chunk : undefined;
  }

  place(id: number): LifetimePlace | undefined {
    const chunk = this.chunkOf(id);
    if (chunk !== undefined) return { columns: chunk.events.columns, at: id - chunk.firstSequence };
    const at = this.elders.find(id);
    return at < 0 ? undefined : { columns: this.elders, at };
  }

  get(id: number): Lifetime | undefined {
    const chunk = this.chunkOf(id);
    if (chunk !== undefined) {
      const row = id - chunk.firstSequence;
      return chunk.deaths.has(row) ? bornAt(chunk, row) : undefined;
    }
    const at = this.elders.find(id);
    return at < 0 ? undefined : this.elders.get(at);
  }

  /** A lifetime ends with an event, or goes on after all: then Infinity. */
  setEnd(id: number, died: number): void {
    const chunk = this.chunkOf(id);
    if (chunk === undefined) {
      const at = this.elders.find(id);
      if (at >= 0) this.elders.died[at] = died;
      return;
    }
    const row = id - chunk.firstSequence;
    if (died === Infinity) chunk.deaths.setAlive(row);
    else chunk.deaths.end(row, died - chunk.firstSequence);
  }

  /** A copy of those that are alive after an event, in the order of their birth. */
  aliveAt(sequence: number): LifetimeTable {
    const alive = new LifetimeTable(Math.max(1, this.#alive));
    for (let at = 0; at < this.elders.count; at += 1) {
      const died = this.elders.died[at] ?? 0;
      if (died > sequence) alive.add(this.elders, at, this.elders.ids[at] ?? 0, died);
    }
    for (const { firstSequence, count, deaths, events } of this.#chunks) {
      if (firstSequence > sequence) break;
      const { columns } = events;
      const end = Math.min(count, sequence - firstSequence + 1);
      deaths.forEachAfter(sequence - firstSequence, end, (row) =>
        alive.add(columns, row, firstSequence + row, firstSequence + deaths.endOf(row)),
      );
    }
    this.#alive = alive.count;
    return alive;
  }

  /** All of them in the order of their birth, in parts; those whose MAP is gone are good until another one goes. */
  get parts(): readonly LifetimePart[] {
    const count = Math.ceil(this.elders.count / PART_ROWS);
    const elders = Array.from({ length: count }, (_, index) =>
      elderPart(this.elders, index * PART_ROWS),
    );
    return [...elders, ...this.#chunks.map(chunkPart)];
  }

  /** Those born before an event that may overlap a range of numbers, the newest first. */
  *overlapping(span: Span, range: NumberRange, before: number): Generator<Lifetime> {
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined || chunk.firstSequence >= before) continue;
      for (const row of chunk.overlapping(span, range)) {
        if (chunk.firstSequence + row < before) yield bornAt(chunk, row);
      }
    }
    for (let at = this.elders.count - 1; at >= 0; at -= 1) {
      const isBefore = (this.elders.ids[at] ?? 0) < before;
      if (isBefore && overlaps(span, range, this.elders, at)) yield this.elders.get(at);
    }
  }
}

function bornAt({ deaths, events, firstSequence }: HistoryChunk, row: number): Lifetime {
  const died = firstSequence + deaths.endOf(row);
  return lifetimeIn(events.columns, row, firstSequence + row, died);
}

function elderPart(elders: LifetimeTable, from: number): LifetimePart {
  const to = Math.min(elders.count, from + PART_ROWS);
  return {
    columns: elders,
    forEachFrom: (sequence, call) => {
      for (let row = from; row < to; row += 1) {
        const died = elders.died[row] ?? 0;
        if (died >= sequence) call(row, elders.ids[row] ?? 0, died);
      }
    },
  };
}

function chunkPart({ events, deaths, firstSequence, count }: HistoryChunk): LifetimePart {
  return {
    columns: events.columns,
    forEachFrom: (sequence, call) =>
      deaths.forEachAfter(Math.max(0, sequence - firstSequence - 1), count, (row) =>
        call(row, firstSequence + row, firstSequence + deaths.endOf(row)),
      ),
  };
}

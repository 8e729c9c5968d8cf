// Which events of a record are listed, by their place in the list. Grows with the record: each event is tested once.

import type { EventChunk } from '../../src/trace/record/event-chunk.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';

/** The sequences of the events that pass, ascending, of those from `from` to `to`, both included. */
export type SelectEvents = (from: number, to: number) => ArrayLike<number>;

/** What is used of a record. */
export type ListedRecord = Pick<
  IommuRecord,
  'chunks' | 'firstSequence' | 'lastSequence' | 'count' | 'marks' | 'dropping' | 'rewound'
>;

/** Events that are tested in one go: about a millisecond. */
const STRIDE = 4096;
const FIRST_CAPACITY = 64;

/** What is listed of a chunk. */
interface Part {
  readonly chunk: EventChunk;
  /** Listed events before its first, those of chunks that are gone included. */
  readonly before: number;
  /** Rows that have been tested. */
  tested: number;
  count: number;
  /** Rows that passed, ascending; null where all do. */
  rows: Uint16Array | null;
}

export class EventIndex {
  readonly #record: ListedRecord;
  readonly #select: SelectEvents | null;
  #parts: Part[] = [];
  #version = 0;
  readonly #leave: readonly (() => void)[];

  /** `select`: null lists all events. Follows the record until it is disposed. */
  constructor(record: ListedRecord, select: SelectEvents | null) {
    this.#record = record;
    this.#select = select;
    this.#leave = [
      record.dropping.on((chunk) => this.#drop(chunk)),
      record.rewound.on(() => this.#rewind()),
    ];
  }

  dispose(): void {
    for (const leave of this.#leave) leave();
  }

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  /** Events that are listed. */
  get count(): number {
    const last = this.#parts.at(-1);
    return last === undefined ? 0 : last.before + last.count - this.#base;
  }

  /** Tests what has not been, until that is done or time is up; returns whether it is done. */
  advance(isTimeUp: () => boolean = () => false): boolean {
    const { chunks } = this.#record;
    for (;;) {
      const last = this.#parts.at(-1);
      if (last !== undefined && !this.#test(last, isTimeUp)) return false;
      const chunk = chunks[this.#parts.length];
      if (chunk === undefined) return true;
      const before = last === undefined ? 0 : last.before + last.count;
      const rows = this.#select === null ? null : new Uint16Array(FIRST_CAPACITY);
      this.#parts.push({ chunk, before, tested: 0, count: 0, rows });
    }
  }

  /** The event at a place of the list; undefined where there is none. */
  at(index: number): number | undefined {
    const wanted = index + this.#base;
    const part = this.#parts[this.#lowest(({ before, count }) => before + count > wanted)];
    if (part === undefined || wanted < part.before) return undefined;
    const place = wanted - part.before;
    return part.chunk.firstSequence + (part.rows === null ? place : (part.rows[place] ?? 0));
  }

  /** How many listed events come before one with that sequence. */
  before(sequence: number): number {
    const part = this.#parts[this.#lowest(({ chunk, tested }) => reach(chunk, tested) >= sequence)];
    if (part === undefined) return this.count;
    const row = Math.max(0, sequence - part.chunk.firstSequence);
    const place = part.rows === null ? Math.min(part.count, row) : placeOf(part, row);
    return part.before + place - this.#base;
  }

  /** Whether an event is listed. */
  has(sequence: number): boolean {
    return this.at(this.before(sequence)) === sequence;
  }

  get #base(): number {
    return this.#parts[0]?.before ?? 0;
  }

  /** Index of the first part for which a claim is true, which it stays for those behind. */
  #lowest(isTrue: (part: Part) => boolean): number {
    let low = 0;
    let high = this.#parts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const part = this.#parts[middle];
      if (part !== undefined && isTrue(part)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #test(part: Part, isTimeUp: () => boolean): boolean {
    const { chunk } = part;
    const select = this.#select;
    if (part.tested === chunk.count) return true;
    this.#version += 1;
    if (select === null) {
      part.tested = chunk.count;
      part.count = chunk.count;
      return true;
    }
    while (part.tested < chunk.count) {
      if (isTimeUp()) return false;
      const from = chunk.firstSequence + part.tested;
      const end = Math.min(chunk.count, part.tested + STRIDE);
      add(part, select(from, chunk.firstSequence + end - 1));
      part.tested = end;
    }
    return true;
  }

  #drop(chunk: EventChunk): void {
    if (this.#parts[0]?.chunk !== chunk) return;
    this.#parts = this.#parts.slice(1);
    this.#version += 1;
  }

  /** What is not the record's any more is taken back; a chunk that became shorter is another one. */
  #rewind(): void {
    const { chunks } = this.#record;
    this.#version += 1;
    for (;;) {
      const last = this.#parts.at(-1);
      if (last === undefined) return;
      const isKept = chunks[this.#parts.length - 1] === last.chunk;
      if (isKept && last.tested <= last.chunk.count) return;
      this.#parts.pop();
    }
  }
}

/** Sequence behind the last event of a chunk that was tested. */
function reach({ firstSequence }: EventChunk, tested: number): number {
  return firstSequence + tested;
}

/** How many of the listed rows come before one. */
function placeOf({ rows, count }: Part, row: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows?.[middle] ?? 0) >= row) high = middle;
    else low = middle + 1;
  }
  return low;
}

function add(part: Part, sequences: ArrayLike<number>): void {
  const { chunk, count } = part;
  let rows = part.rows ?? new Uint16Array(FIRST_CAPACITY);
  if (count + sequences.length > rows.length) {
    const larger = new Uint16Array(Math.max(2 * rows.length, count + sequences.length));
    larger.set(rows);
    rows = larger;
  }
  for (let at = 0; at < sequences.length; at += 1) {
    rows[count + at] = (sequences[at] ?? 0) - chunk.firstSequence;
  }
  part.rows = rows;
  part.count = count + sequences.length;
}

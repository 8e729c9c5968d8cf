// The record: what the IOMMU did, as one sequence of events that is kept in chunks within a bound of bytes. One truth for
// the page, the command line and tests; state at a moment, explanations and filters read it.

import { Emitter } from '../../base/emitter.ts';
import type { WireRequest } from '../../iommu/events/wire-request.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import type { KernelFunction, RecordBatch } from './batch.ts';
import { CHUNK_EVENTS, EventChunk } from './event-chunk.ts';
import { EventColumns, NO_BYTES } from './event-columns.ts';
import { eventAt } from './event-codec.ts';
import type { RecordHead } from './head.ts';
import { Marks, type Mark } from './marks.ts';
import { RequestBytes } from './request-bytes.ts';
import { WhoTable, type NewcomersOfWho, type Who } from './who.ts';

/** Where an event is. */
export interface EventPlace {
  readonly chunk: EventChunk;
  /** Row in the chunk's columns. */
  readonly at: number;
}

/** Some 700,000 events with their requests. */
export const DEFAULT_RECORD_BYTES = 96 << 20;

/** More functions than stacks have addresses of. */
const MAX_FUNCTIONS = 1 << 17;

/** Nobody is known. */
const NOBODY: Who = { task: null, stack: null };

export class IommuRecord {
  readonly head: RecordHead;
  readonly #maxBytes: number;
  readonly #who: WhoTable;
  readonly #marks: Marks;
  readonly #functions = new Map<number, KernelFunction>();
  #chunks: EventChunk[] = [];
  #sealedBytes = 0;
  #evicted = 0;
  readonly #appended = new Emitter<EventChunk>();
  readonly #dropped = new Emitter<EventChunk>();
  readonly #rewinding = new Emitter<number>();
  readonly #rewound = new Emitter<number>();

  /** `maxBytes` of events and requests; `droppedMarks` came before, and are gone. */
  constructor(
    head: RecordHead,
    { maxBytes = DEFAULT_RECORD_BYTES, who = new WhoTable(), droppedMarks = 0 } = {},
  ) {
    this.head = head;
    this.#marks = new Marks(droppedMarks);
    this.#maxBytes = maxBytes;
    this.#who = who;
  }

  /** Oldest first; each without a gap, and none between two unless a mark says so. For those who read columns. */
  get chunks(): readonly EventChunk[] {
    return this.#chunks;
  }

  /** Sequence of the oldest event that is kept; 0 when there is none. */
  get firstSequence(): number {
    return this.#chunks[0]?.firstSequence ?? 0;
  }

  /** Sequence of the latest event; 0 before the first. */
  get lastSequence(): number {
    const last = this.#chunks.at(-1);
    return last === undefined ? 0 : last.endSequence - 1;
  }

  /** Events that are kept. */
  get count(): number {
    return this.#chunks.reduce((sum, { count }) => sum + count, 0);
  }

  /** Events that were here and had to go, the oldest first. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Bytes of events and requests; marks and what others derive have bounds of their own. */
  get bytes(): number {
    return this.#sealedBytes + (this.#chunks.at(-1)?.bytes ?? 0);
  }

  /** Oldest first. */
  get marks(): readonly Mark[] {
    return this.#marks.all;
  }

  /** Marks that had to go, the oldest first. */
  get droppedMarks(): number {
    return this.#marks.dropped;
  }

  /** Calls after events were added to a chunk, which may be new. */
  get appended(): Pick<Emitter<EventChunk>, 'on'> {
    return this.#appended;
  }

  /** Calls before the oldest chunk goes for want of room: it can still be read. */
  get dropping(): Pick<Emitter<EventChunk>, 'on'> {
    return this.#dropped;
  }

  /** Calls before events behind a sequence are taken back. */
  get rewinding(): Pick<Emitter<number>, 'on'> {
    return this.#rewinding;
  }

  /** Calls after events behind a sequence were taken back. */
  get rewound(): Pick<Emitter<number>, 'on'> {
    return this.#rewound;
  }

  /**
   * Adds what a recorder has gathered; batches of one recorder come in order. A batch that does not begin behind the latest
   * event is of a machine that went on from its past: what was there is taken back. Who wants to keep that makes a fork
   * of it while `rewinding` tells.
   */
  append(batch: RecordBatch): void {
    this.#who.take(batch.newcomers);
    for (const each of batch.functions ?? []) {
      if (this.#functions.size < MAX_FUNCTIONS) this.#functions.set(each.address, each);
    }
    if (batch.count > 0 && batch.firstSequence <= this.lastSequence) {
      this.rewind(batch.firstSequence - 1);
    }
    for (const mark of batch.marks) this.#marks.add(mark);
    if (batch.count === 0) return;
    const columns = new EventColumns(batch.count, batch.columns);
    const requests = new RequestBytes(new Uint8Array(batch.requests), batch.requests.byteLength);
    const { baseMs, baseInstructions, count } = batch;
    let from = 0;
    if (count === CHUNK_EVENTS) {
      const chunk = new EventChunk(batch.firstSequence, baseMs, baseInstructions);
      chunk.adopt(columns, requests);
      this.#push(chunk);
      this.#appended.emit(chunk);
      from = count;
    }
    while (from < count) {
      const chunk = this.#chunkFor(batch, columns, from);
      from += chunk.add(columns, { from, to: count, baseMs, baseInstructions, requests });
      this.#appended.emit(chunk);
    }
    this.#evict();
  }

  /** Where an event is; undefined when it is not kept. */
  find(sequence: number): EventPlace | undefined {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle]?.endSequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    const chunk = this.#chunks[low];
    if (chunk === undefined || sequence < chunk.firstSequence) return undefined;
    return { chunk, at: sequence - chunk.firstSequence };
  }

  /** An event with its time (milliseconds since the machine was built); made for this call. */
  event(sequence: number): RecordedEvent | undefined {
    const place = this.find(sequence);
    if (place === undefined) return undefined;
    const { chunk, at } = place;
    return {
      timeMs: chunk.timeMs(at),
      instructions: chunk.instructions(at),
      event: eventAt(chunk.columns, at, sequence),
    };
  }

  /** A request as it was on the wire; undefined for what is none, and where it was not kept. The bytes are views. */
  request(sequence: number): WireRequest | undefined {
    const place = this.find(sequence);
    const at = place?.chunk.columns.bytes[place.at] ?? NO_BYTES;
    return at === NO_BYTES ? undefined : place?.chunk.requests.at(at);
  }

  /** Who caused an event, as far as it is known. */
  who(sequence: number): Who {
    const place = this.find(sequence);
    return place === undefined ? NOBODY : this.#who.get(place.chunk.columns.who[place.at] ?? 0);
  }

  /** Who was behind a mark of this record, as far as it is known. */
  whoOf({ who = 0 }: Mark): Who {
    return this.#who.get(who);
  }

  /** Functions of the guest's kernel on those stacks; none where its symbols are found by the head. */
  get functions(): readonly KernelFunction[] {
    return [...this.#functions.values()];
  }

  /** All tasks and stacks by number. */
  get everybody(): NewcomersOfWho {
    return this.#who.all;
  }

  /** Takes back all events and marks behind a sequence: the machine went on from there. */
  rewind(sequence: number): void {
    this.#rewinding.emit(sequence);
    while ((this.#chunks.at(-1)?.firstSequence ?? 0) > sequence) this.#pop();
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.endSequence > sequence + 1) {
      this.#pop();
      this.#chunks.push(last.before(sequence + 1));
    }
    this.#marks.rewind(sequence);
    this.#rewound.emit(sequence);
  }

  /** A record of its own with the same events up to a sequence, which shares whole chunks with this one. */
  fork(sequence: number): IommuRecord {
    const other = new IommuRecord(this.head, {
      maxBytes: this.#maxBytes,
      who: this.#who,
      droppedMarks: this.droppedMarks,
    });
    for (const chunk of this.#chunks) {
      if (chunk.firstSequence > sequence) break;
      const isWhole = chunk.endSequence <= sequence + 1 && chunk !== this.#chunks.at(-1);
      other.#push(isWhole ? chunk : chunk.before(sequence + 1));
    }
    for (const mark of this.#marks.all) if (mark.sequence <= sequence) other.#marks.add(mark);
    other.#evicted = this.#evicted;
    for (const [address, each] of this.#functions) other.#functions.set(address, each);
    return other;
  }

  #chunkFor(batch: RecordBatch, columns: EventColumns, from: number): EventChunk {
    const sequence = batch.firstSequence + from;
    const last = this.#chunks.at(-1);
    if (last?.endSequence === sequence && last.accepts(columns, from, batch)) return last;
    const { baseMs, baseInstructions } = batch;
    const chunk = new EventChunk(sequence, baseMs, baseInstructions);
    this.#push(chunk);
    return chunk;
  }

  #push(chunk: EventChunk): void {
    const last = this.#chunks.at(-1);
    if (last !== undefined) {
      last.seal();
      this.#sealedBytes += last.bytes;
    }
    this.#chunks.push(chunk);
  }

  #pop(): void {
    this.#chunks.pop();
    const last = this.#chunks.at(-1);
    if (last !== undefined) this.#sealedBytes -= last.bytes;
  }

  #evict(): void {
    while (this.bytes > this.#maxBytes && this.#chunks.length > 1) {
      const [oldest, ...rest] = this.#chunks;
      if (oldest === undefined) return;
      this.#dropped.emit(oldest);
      this.#chunks = rest;
      this.#sealedBytes -= oldest.bytes;
      this.#evicted += oldest.count;
    }
  }
}

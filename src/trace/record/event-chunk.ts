// A stretch of the record: events without a gap, in columns, with the requests they came from.

import { assert } from '../../base/assert.ts';
import { TIME_PER_MS } from './batch.ts';
import { EventColumns, NO_BYTES, EVENT_BYTES } from './event-columns.ts';
import { RequestBytes } from './request-bytes.ts';

/** Events of one chunk at most: what is dropped or carries a keyframe at a time. */
export const CHUNK_EVENTS = 1 << 14;
const FIRST_CAPACITY = 256;
/**
 * What a chunk takes beside its events, here and at those who follow the record. A guest that sleeps long between events
 * has a chunk for each.
 */
const OVERHEAD_BYTES = 4096;
const U32_SPAN = 0x1_0000_0000;

export class EventChunk {
  readonly firstSequence: number;
  readonly baseMs: number;
  readonly baseInstructions: number;
  columns = new EventColumns(FIRST_CAPACITY);
  requests = new RequestBytes();
  count = 0;
  #isSealed = false;

  constructor(firstSequence: number, baseMs: number, baseInstructions: number) {
    this.firstSequence = firstSequence;
    this.baseMs = baseMs;
    this.baseInstructions = baseInstructions;
  }

  /** Sequence of the event after its last. */
  get endSequence(): number {
    return this.firstSequence + this.count;
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return OVERHEAD_BYTES + this.columns.capacity * EVENT_BYTES + this.requests.capacity;
  }

  timeMs(at: number): number {
    return this.baseMs + (this.columns.time[at] ?? 0) / TIME_PER_MS;
  }

  instructions(at: number): number {
    return this.baseInstructions + (this.columns.instructions[at] ?? 0);
  }

  /** Whether an event whose times count from these bases can be added. */
  accepts(
    others: EventColumns,
    at: number,
    { baseMs, baseInstructions }: Pick<Addition, 'baseMs' | 'baseInstructions'>,
  ): boolean {
    return (
      this.count < CHUNK_EVENTS &&
      fits(others.time[at], Math.round((baseMs - this.baseMs) * TIME_PER_MS)) &&
      fits(others.instructions[at], baseInstructions - this.baseInstructions)
    );
  }

  /**
   * Adds events whose times count from other bases, and returns how many: none are added behind the first that does not
   * fit. `from` and `to` are rows of the columns.
   */
  add(others: EventColumns, { from, to, baseMs, baseInstructions, requests }: Addition): number {
    const time = Math.round((baseMs - this.baseMs) * TIME_PER_MS);
    const executed = baseInstructions - this.baseInstructions;
    const end = Math.min(to, from + CHUNK_EVENTS - this.count);
    let last = from;
    while (
      last < end &&
      fits(others.time[last], time) &&
      fits(others.instructions[last], executed)
    ) {
      last += 1;
    }
    const added = last - from;
    if (added === 0) return 0;
    this.#reserve(added);
    const at = this.count;
    this.columns.set(at, others, from, added);
    this.#shift(at, added, time, executed);
    this.#takeRequests(at, added, requests);
    this.count += added;
    return added;
  }

  /** Takes a batch of as many events as a chunk has, as it is: both may have the same buffers, which do not change any more. */
  adopt(columns: EventColumns, requests: RequestBytes): void {
    assert(this.count === 0 && columns.capacity === CHUNK_EVENTS, 'a full batch fills a chunk');
    this.columns = columns;
    this.requests = requests;
    this.count = CHUNK_EVENTS;
  }

  /** Gives back room that a chunk which is full, or ends, does not need. */
  seal(): void {
    if (this.#isSealed) return;
    this.#isSealed = true;
    if (this.columns.capacity > this.count) {
      this.columns = this.columns.resized(this.count, this.count);
    }
    this.requests = new RequestBytes(this.requests.slice(), this.requests.length);
  }

  /** The same events up to a sequence; later ones are not touched. */
  before(sequence: number): EventChunk {
    const { baseMs, baseInstructions, requests, firstSequence } = this;
    const to = Math.max(0, Math.min(this.count, sequence - firstSequence));
    const part = new EventChunk(firstSequence, baseMs, baseInstructions);
    part.add(this.columns, { from: 0, to, baseMs, baseInstructions, requests });
    return part;
  }

  #reserve(count: number): void {
    let { capacity } = this.columns;
    while (capacity < this.count + count) capacity *= 2;
    capacity = Math.min(capacity, CHUNK_EVENTS);
    if (capacity > this.columns.capacity) this.columns = this.columns.resized(capacity, this.count);
  }

  #shift(at: number, count: number, time: number, executed: number): void {
    const { columns } = this;
    for (let index = at; index < at + count; index += 1) {
      columns.time[index] = (columns.time[index] ?? 0) + time;
      columns.instructions[index] = (columns.instructions[index] ?? 0) + executed;
    }
  }

  /** Copies the requests that the new rows name, which lie one behind the other. */
  #takeRequests(at: number, count: number, requests: RequestBytes): void {
    const { bytes } = this.columns;
    for (let index = at; index < at + count; index += 1) {
      const place = bytes[index] ?? NO_BYTES;
      const copied = place === NO_BYTES ? undefined : this.requests.addFrom(requests, place);
      bytes[index] = copied ?? NO_BYTES;
    }
  }
}

/** Rows to add, what their times count from, and the requests they name. */
export interface Addition {
  readonly from: number;
  readonly to: number;
  readonly baseMs: number;
  readonly baseInstructions: number;
  readonly requests: RequestBytes;
}

function fits(value: number | undefined, offset: number): boolean {
  const sum = (value ?? 0) + offset;
  return sum >= 0 && sum < U32_SPAN;
}

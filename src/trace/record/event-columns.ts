// Events as columns of numbers in one buffer: no object for each, and the whole travels between threads as it is.
//
//   column        bytes  what
//   start, end      8+8  IOVAs, inclusive: of MAP and UNMAP; a fault's address, and as `end` the length of its access (low half) and how far into
//                        the access the address is; features of `started`;
//                        bytes of the readable and of the writable part of `ignored`
//   gpa               8  of a MAP; mappings that an UNMAP removed; rights of the mapping that a fault met (low half)
//   time              4  units of 10 ns since the base of the chunk or batch
//   instructions      4  since its base
//   endpoint, domain  4+4
//   flags             4  of ATTACH and MAP; of a fault, with the bits below; request type of `ignored`; 0 or 1 of `…-changed`
//   who               4  task (high 16 bits) and stack (low), see `who-table.ts`
//   bytes             4  where the request's bytes begin in the heap beside the columns; NO_BYTES
//   kind, status    1+1

import { assert } from '../../base/assert.ts';
import { ROW_KIND, ROW_WORDS, STATUS_SHIFT } from './event-rows.ts';

/** A `status` that is none: the request went back unwritten, or the event is no request. */
export const NO_STATUS = 0xff;

/** Bits of `flags` beside those of the protocol. */
export const NO_DOMAIN = 0x8000_0000;
export const FAULT_MAPPED = 0x2000_0000;
export const FAULT_REPORTED = 0x1000_0000;
export const FAULT_RING = 0x0800_0000;
/** The bits of a fault's `flags` that are the protocol's. */
export const FAULT_FLAGS = 0x07ff_ffff;

export const NO_BYTES = 0xffff_ffff;

/** Bytes of one event in columns. */
export const EVENT_BYTES = 54;

const U32_COLUMNS = 13;

/** Columns with room for `capacity` events. */
export class EventColumns {
  readonly buffer: ArrayBuffer;
  readonly capacity: number;
  readonly startLow: Uint32Array;
  readonly startHigh: Uint32Array;
  readonly endLow: Uint32Array;
  readonly endHigh: Uint32Array;
  readonly gpaLow: Uint32Array;
  readonly gpaHigh: Uint32Array;
  readonly time: Uint32Array;
  readonly instructions: Uint32Array;
  readonly endpoint: Uint32Array;
  readonly domain: Uint32Array;
  readonly flags: Uint32Array;
  readonly who: Uint32Array;
  readonly bytes: Uint32Array;
  readonly kind: Uint8Array;
  readonly status: Uint8Array;

  /** Empty columns, or those that are in a buffer. */
  constructor(capacity: number, buffer = new ArrayBuffer(EVENT_BYTES * capacity)) {
    assert(buffer.byteLength === EVENT_BYTES * capacity, 'the buffer holds these columns');
    this.buffer = buffer;
    this.capacity = capacity;
    const wide = (place: number): Uint32Array =>
      new Uint32Array(buffer, place * 4 * capacity, capacity);
    const narrow = (place: number): Uint8Array =>
      new Uint8Array(buffer, (U32_COLUMNS * 4 + place) * capacity, capacity);
    this.startLow = wide(0);
    this.startHigh = wide(1);
    this.endLow = wide(2);
    this.endHigh = wide(3);
    this.gpaLow = wide(4);
    this.gpaHigh = wide(5);
    this.time = wide(6);
    this.instructions = wide(7);
    this.endpoint = wide(8);
    this.domain = wide(9);
    this.flags = wide(10);
    this.who = wide(11);
    this.bytes = wide(12);
    this.kind = narrow(0);
    this.status = narrow(1);
  }

  /** Copies `count` events of others from `from` on to `at`; times and bytes keep their own bases. */
  set(at: number, others: EventColumns, from: number, count: number): void {
    const mine = this.#all();
    const theirs = others.#all();
    for (const [index, column] of mine.entries()) {
      const source = theirs[index];
      if (source !== undefined) column.set(source.subarray(from, from + count), at);
    }
  }

  /** Writes the first `count` rows (`event-rows.ts`) from `at` on. */
  putRows(at: number, rows: Uint32Array, count: number): void {
    // The wide columns lie one behind the other
    const wide = new Uint32Array(this.buffer, 0, U32_COLUMNS * this.capacity);
    for (let word = 0; word < U32_COLUMNS; word += 1) {
      const first = word * this.capacity + at;
      for (let row = 0; row < count; row += 1)
        wide[first + row] = rows[row * ROW_WORDS + word] ?? 0;
    }
    for (let row = 0; row < count; row += 1) {
      const packed = rows[row * ROW_WORDS + ROW_KIND] ?? 0;
      this.kind[at + row] = packed;
      this.status[at + row] = packed >>> STATUS_SHIFT;
    }
  }

  /** The first `count` events in columns of just that capacity: these themselves where they are full. */
  sized(count: number): EventColumns {
    return count === this.capacity ? this : this.resized(count, count);
  }

  /** The first `count` events in columns of another capacity. */
  resized(capacity: number, count: number): EventColumns {
    const others = new EventColumns(capacity);
    others.set(0, this, 0, count);
    return others;
  }

  #all(): readonly (Uint32Array | Uint8Array)[] {
    return [
      this.startLow,
      this.startHigh,
      this.endLow,
      this.endHigh,
      this.gpaLow,
      this.gpaHigh,
      this.time,
      this.instructions,
      this.endpoint,
      this.domain,
      this.flags,
      this.who,
      this.bytes,
      this.kind,
      this.status,
    ];
  }
}

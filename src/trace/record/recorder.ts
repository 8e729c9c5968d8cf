// The writing end of the record, beside the machine: puts events into columns until somebody takes them.

import { Emitter } from '../../base/emitter.ts';
import type { AnsweredRequest } from '../../iommu/events/answered-request.ts';
import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import type { WireRequest } from '../../iommu/events/wire-request.ts';
import { TIME_PER_MS, type RecordBatch } from './batch.ts';
import { CHUNK_EVENTS } from './event-chunk.ts';
import { EventColumns, NO_BYTES } from './event-columns.ts';
import { putEvent } from './event-codec.ts';
import { ROW_BYTES, ROW_INSTRUCTIONS, ROW_TIME, ROW_WHO, ROW_WORDS } from './event-rows.ts';
import { putRequest } from './request-codec.ts';
import { MAX_LINE, type Mark, type MarkContent } from './marks.ts';
import { RequestBytes } from './request-bytes.ts';
import { WhoTable, type Who } from './who.ts';

/** When something was: milliseconds since the machine was built, instructions since power on. */
export interface RecordTime {
  readonly timeMs: number;
  readonly instructions: number;
}

/** What is known of an event beside itself. */
export interface EventContext extends RecordTime {
  readonly request?: WireRequest | undefined;
  /** Who asked, or the number of who did. */
  readonly who?: Who | number | undefined;
}

/** Events of one batch at most, as of a chunk of the record, which takes a full batch in as it is: some 1.7 MB. */
const MAX_BATCH = CHUNK_EVENTS;
/** Marks of one batch at most. */
const MAX_BATCH_MARKS = 4096;
const FIRST_CAPACITY = 256;
/** Events that wait to be put into columns: a page of memory. */
const MAX_WAITING = 64;
const U32_SPAN = 0x1_0000_0000;

/** A batch that is being written. */
interface Open {
  readonly firstSequence: number;
  readonly baseMs: number;
  readonly baseInstructions: number;
}

export class Recorder {
  #columns = new EventColumns(FIRST_CAPACITY);
  #requests = new RequestBytes();
  #who = new WhoTable();
  #whoVersion = 0;
  /** Events of the batch; the latest `#waiting` of them are not in the columns, but in `#rows`, which are 0 behind them. */
  #count = 0;
  #waiting = 0;
  readonly #rows = new Uint32Array(MAX_WAITING * ROW_WORDS);
  #open: Open | undefined;
  #latest = 0;
  #marks: Mark[] = [];
  #full: RecordBatch[] = [];
  readonly #maxFull: number;
  readonly #filled = new Emitter<void>();
  #lost = 0;

  /** Keeps `maxFull` full batches beside the one that is written; more are lost, the oldest first, and a mark says so. */
  constructor(maxFull = 32) {
    this.#maxFull = maxFull;
  }

  /** Calls when a batch is full, for whoever takes batches at no time of their own. */
  get filled(): Pick<Emitter<void>, 'on'> {
    return this.#filled;
  }

  /** Whether there is anything to take. */
  get hasNews(): boolean {
    return this.#count > 0 || this.#marks.length > 0 || this.#full.length > 0;
  }

  /** An event; those of one machine come in the order of their sequences. */
  add(event: IommuEvent, { timeMs, instructions, request, who }: EventContext): void {
    const row = this.#begin(event.sequence, timeMs, instructions);
    this.#rows[row + ROW_WHO] = typeof who === 'object' ? this.#who.number(who) : (who ?? 0);
    this.#rows[row + ROW_BYTES] = request === undefined ? NO_BYTES : this.#requests.add(request);
    this.#settle();
    putEvent(this.#columns, this.#count - 1, event);
  }

  /** A request while it is answered, which leaves the same as its event with its bytes, and makes no object. */
  addRequest(answered: AnsweredRequest, timeMs: number, instructions: number, who: number): void {
    const row = this.#begin(answered.sequence, timeMs, instructions);
    const rows = this.#rows;
    putRequest(rows, row, answered);
    rows[row + ROW_WHO] = who;
    rows[row + ROW_BYTES] = this.#requests.addAnswered(answered);
  }

  /** `who`: the number of who was behind it. */
  mark(content: MarkContent, { timeMs, instructions }: RecordTime, who = 0): void {
    if (this.#marks.length >= MAX_BATCH_MARKS) this.#close();
    const kept =
      content.kind === 'console' ? { ...content, line: content.line.slice(0, MAX_LINE) } : content;
    const place = { sequence: this.#latest, timeMs, instructions };
    this.#marks.push(who === 0 ? { ...kept, ...place } : { ...kept, ...place, who });
  }

  /** The number of a who, good until `whoVersion` is another. */
  numberOf(who: Who): number {
    return this.#who.number(who);
  }

  get whoVersion(): number {
    return this.#whoVersion;
  }

  /** The machine was put to where an event had just happened: what comes goes on from there. */
  goTo(sequence: number, time: RecordTime): void {
    const from = this.#latest;
    this.#close();
    this.#latest = sequence;
    this.mark({ kind: 'gone-to', from }, time);
  }

  /** Forgets all, and goes on behind batches that whoever takes has already. */
  goOnBehind(batches: readonly RecordBatch[]): void {
    this.take();
    this.#who = new WhoTable();
    this.#whoVersion += 1;
    for (const { newcomers, firstSequence, count } of batches) {
      this.#who.take(newcomers);
      this.#latest = firstSequence + count - 1;
    }
    this.#who.takeNewcomers();
  }

  /** All since the last call, oldest first. */
  take(): readonly RecordBatch[] {
    this.#close();
    const batches = this.#full;
    this.#full = [];
    this.#lost = 0;
    return batches;
  }

  /**
   * Makes a row for an event, and returns where it begins; what it is, who asked and its bytes are the caller's to write. The
   * row is another batch's where the columns can not hold the distance, or after a gap.
   */
  #begin(sequence: number, timeMs: number, instructions: number): number {
    let open = this.#open;
    let [time, executed] = [0, 0];
    if (open !== undefined) {
      time = Math.round((timeMs - open.baseMs) * TIME_PER_MS);
      executed = instructions - open.baseInstructions;
      const isNext = this.#count < MAX_BATCH && sequence === open.firstSequence + this.#count;
      if (!isNext || !isWord(time) || !isWord(executed)) open = undefined;
    }
    if (open === undefined) {
      this.#close();
      this.#open = { firstSequence: sequence, baseMs: timeMs, baseInstructions: instructions };
      time = 0;
      executed = 0;
    }
    if (this.#waiting === MAX_WAITING) this.#settle();
    const row = this.#waiting * ROW_WORDS;
    this.#rows[row + ROW_TIME] = time;
    this.#rows[row + ROW_INSTRUCTIONS] = executed;
    this.#waiting += 1;
    this.#count += 1;
    this.#latest = sequence;
    return row;
  }

  /** Puts the events that wait into the columns. */
  #settle(): void {
    const waiting = this.#waiting;
    if (waiting === 0) return;
    const settled = this.#count - waiting;
    if (this.#count > this.#columns.capacity) {
      this.#columns = this.#columns.resized(2 * this.#columns.capacity, settled);
    }
    this.#columns.putRows(settled, this.#rows, waiting);
    this.#rows.fill(0, 0, waiting * ROW_WORDS);
    this.#waiting = 0;
  }

  #close(): void {
    if (this.#count === 0 && this.#marks.length === 0) return;
    this.#settle();
    const { firstSequence, baseMs, baseInstructions } = this.#open ?? {
      firstSequence: this.#latest + 1,
      baseMs: 0,
      baseInstructions: 0,
    };
    this.#full.push({
      firstSequence,
      count: this.#count,
      baseMs,
      baseInstructions,
      columns: this.#columns.sized(this.#count).buffer,
      requests: this.#requests.slice().buffer,
      newcomers: this.#who.takeNewcomers(),
      marks: this.#marks,
    });
    // Behind a full batch comes another one: it need not grow once more
    const isFull = this.#count === MAX_BATCH;
    this.#columns = new EventColumns(isFull ? MAX_BATCH : FIRST_CAPACITY);
    this.#requests = isFull ? this.#requests.emptied() : new RequestBytes();
    this.#marks = [];
    this.#count = 0;
    this.#open = undefined;
    if (this.#full.length > this.#maxFull) this.#lose();
    this.#filled.emit();
  }

  /** Gives up the oldest batch that nobody has taken; who is in it stays known. */
  #lose(): void {
    const [oldest, next, ...rest] = this.#full;
    if (oldest === undefined || next === undefined) return;
    this.#lost += oldest.count;
    const newcomers = {
      tasks: [...oldest.newcomers.tasks, ...next.newcomers.tasks],
      stacks: [...oldest.newcomers.stacks, ...next.newcomers.stacks],
    };
    const gap: Mark = {
      kind: 'gap',
      events: this.#lost,
      sequence: next.firstSequence - 1,
      timeMs: next.baseMs,
      instructions: next.baseInstructions,
    };
    const marks = next.marks.filter(({ kind }) => kind !== 'gap');
    this.#full = [{ ...next, newcomers, marks: [gap, ...marks] }, ...rest];
  }
}

/** Whether a distance fits into its column. */
function isWord(distance: number): boolean {
  return distance >= 0 && distance < U32_SPAN;
}

// The writing end of the record, beside the machine: puts events into columns until somebody takes them.

import { Emitter } from '../../base/emitter.ts';
import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import type { WireRequest } from '../../iommu/events/wire-request.ts';
import { TIME_PER_MS, type RecordBatch } from './batch.ts';
import { EventColumns, NO_BYTES } from './event-columns.ts';
import { putEvent } from './event-codec.ts';
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

/** Events of one batch at most: some 3.5 MB. Whoever takes batches takes them more often than that. */
const MAX_BATCH = 1 << 16;
/** Marks of one batch at most. */
const MAX_BATCH_MARKS = 4096;
const FIRST_CAPACITY = 256;
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
  #count = 0;
  #open: Open | undefined;
  #latest = 0;
  #marks: Mark[] = [];
  #full: RecordBatch[] = [];
  readonly #maxFull: number;
  readonly #filled = new Emitter<void>();
  #lost = 0;

  /** Keeps `maxFull` full batches beside the one that is written; more are lost, the oldest first, and a mark says so. */
  constructor(maxFull = 8) {
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
    const { sequence } = event;
    const open = this.#openFor(sequence, timeMs, instructions);
    const at = this.#count;
    if (at === this.#columns.capacity) this.#columns = this.#columns.resized(2 * at, at);
    const columns = this.#columns;
    putEvent(columns, at, event);
    columns.time[at] = Math.round((timeMs - open.baseMs) * TIME_PER_MS);
    columns.instructions[at] = instructions - open.baseInstructions;
    columns.who[at] = typeof who === 'object' ? this.#who.number(who) : (who ?? 0);
    columns.bytes[at] = request === undefined ? NO_BYTES : this.#requests.add(request);
    this.#count += 1;
    this.#latest = sequence;
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

  /** The batch to write this event to: another one where the columns can not hold the distance, or after a gap. */
  #openFor(sequence: number, timeMs: number, instructions: number): Open {
    const open = this.#open;
    if (open !== undefined && this.#count < MAX_BATCH) {
      const time = Math.round((timeMs - open.baseMs) * TIME_PER_MS);
      const executed = instructions - open.baseInstructions;
      const fits = time >= 0 && time < U32_SPAN && executed >= 0 && executed < U32_SPAN;
      if (fits && sequence === open.firstSequence + this.#count) return open;
    }
    this.#close();
    const next = { firstSequence: sequence, baseMs: timeMs, baseInstructions: instructions };
    this.#open = next;
    return next;
  }

  #close(): void {
    if (this.#count === 0 && this.#marks.length === 0) return;
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
      columns: this.#columns.resized(this.#count, this.#count).buffer,
      requests: this.#requests.slice().buffer,
      newcomers: this.#who.takeNewcomers(),
      marks: this.#marks,
    });
    // Behind a full batch comes another one: it need not grow once more
    this.#columns = new EventColumns(this.#count === MAX_BATCH ? MAX_BATCH : FIRST_CAPACITY);
    this.#requests = new RequestBytes();
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

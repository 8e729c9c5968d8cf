// Follows a record: gives out what was added since the last look, as batches that make the same record elsewhere.

import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import type { RecordBatch } from './batch.ts';
import { EventColumns, NO_BYTES } from './event-columns.ts';
import type { EventChunk } from './event-chunk.ts';
import { EVENT_KINDS } from './event-kinds.ts';
import type { IommuRecord } from './iommu-record.ts';
import { MarkTail } from './mark-tail.ts';
import type { Mark } from './marks.ts';
import type { NewcomersOfWho } from './who.ts';

/**
 * Events of one batch for a page, some 500 KB: what it takes in between two frames, also while its code is not compiled yet.
 * A batch that begins a record may have four times as many.
 */
export const BATCH_EVENTS = 1 << 12;

const NOBODY: NewcomersOfWho = { tasks: [], stacks: [] };

/** How far a look goes. */
export interface TailLimits {
  /** The last event to give out: a record may go further than its machine, which was taken back. */
  readonly until?: number;
  /** Events at most; the next call goes on behind them. */
  readonly atMost?: number;
}

/** How many events of each kind. */
export type EventCounts = Readonly<Partial<Record<IommuEvent['kind'], number>>>;

export class RecordTail {
  readonly #record: IommuRecord;
  readonly #disposals: readonly (() => void)[];
  /** Sequence of the latest event that was given out. */
  #sequence: number;
  readonly #marks: MarkTail;
  #tasks = 0;
  #stacks = 0;
  #functions = 0;
  #lost = new Map<IommuEvent['kind'], number>();
  /** Of those, events that no mark has said. */
  #unsaid = 0;

  /** Begins behind an event, with the marks that came after it; all callers are given out. */
  constructor(record: IommuRecord, sequence = 0) {
    this.#record = record;
    this.#sequence = sequence;
    const first = record.marks.findIndex((mark) => mark.sequence >= sequence);
    this.#marks = new MarkTail(record, first < 0 ? record.marks.length : first);
    this.#disposals = [
      record.rewound.on((to) => {
        this.#sequence = Math.min(this.#sequence, to);
        this.#marks.goBack();
      }),
      record.dropping.on((chunk) => this.#lose(chunk)),
    ];
  }

  /** Follows a record all of which was given out in another way. */
  static behind(record: IommuRecord): RecordTail {
    const tail = new RecordTail(record, record.lastSequence);
    tail.#marks.take(Infinity);
    tail.#tasks = record.everybody.tasks.length;
    tail.#stacks = record.everybody.stacks.length;
    tail.#functions = record.functions.length;
    return tail;
  }

  get record(): IommuRecord {
    return this.#record;
  }

  /** Sequence of the latest event that was given out, or had to go before it was. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * What was added since the last call, oldest first. What had to go before it was given out is a gap: a mark says how many
   * events that is.
   */
  next({ until = Infinity, atMost = Infinity }: TailLimits = {}): readonly RecordBatch[] {
    const gap = this.#gap();
    const first = { ...this.#batch(this.#newcomers(), gap), ...this.#newFunctions() };
    const batches: RecordBatch[] = [];
    let left = atMost;
    for (const chunk of this.#record.chunks) {
      const from = Math.max(0, this.#sequence + 1 - chunk.firstSequence);
      const to = Math.min(chunk.count, until + 1 - chunk.firstSequence, from + left);
      if (from >= to) continue;
      batches.push(batchOf(chunk, from, to));
      left -= to - from;
      this.#sequence = chunk.firstSequence + to - 1;
    }
    const marks = this.#marks.take(left > 0 ? until : this.#sequence);
    // Where events are taken back, marks must not come before the event that says so
    const last = batches.pop() ?? this.#batch(NOBODY, []);
    return [first, ...batches, { ...last, marks }].filter(
      ({ count, marks, newcomers, functions = [] }) =>
        count + marks.length + functions.length > 0 ||
        newcomers.tasks.length + newcomers.stacks.length > 0,
    );
  }

  /** Events by kind that had to go before they were given out, since the last call. */
  takeLost(): EventCounts {
    const lost = Object.fromEntries(this.#lost);
    this.#lost = new Map();
    return lost;
  }

  dispose(): void {
    for (const dispose of this.#disposals) dispose();
  }

  #lose({ firstSequence, count, columns }: EventChunk): void {
    for (let at = Math.max(0, this.#sequence + 1 - firstSequence); at < count; at += 1) {
      const kind = EVENT_KINDS[columns.kind[at] ?? -1];
      if (kind === undefined) continue;
      this.#lost.set(kind, (this.#lost.get(kind) ?? 0) + 1);
      this.#unsaid += 1;
    }
    this.#sequence = Math.max(this.#sequence, firstSequence + count - 1);
  }

  #gap(): readonly Mark[] {
    const events = this.#unsaid;
    const [next] = this.#record.chunks;
    if (events === 0 || next === undefined) return [];
    this.#unsaid = 0;
    const { baseMs: timeMs, baseInstructions: instructions } = next;
    return [{ kind: 'gap', events, sequence: this.#sequence, timeMs, instructions }];
  }

  #newcomers(): NewcomersOfWho {
    const { tasks, stacks } = this.#record.everybody;
    const newcomers = { tasks: tasks.slice(this.#tasks), stacks: stacks.slice(this.#stacks) };
    this.#tasks = tasks.length;
    this.#stacks = stacks.length;
    return newcomers;
  }

  #newFunctions(): Pick<RecordBatch, 'functions'> {
    const functions = this.#record.functions.slice(this.#functions);
    this.#functions += functions.length;
    return functions.length === 0 ? {} : { functions };
  }

  /** One without events. */
  #batch(newcomers: NewcomersOfWho, marks: readonly Mark[]): RecordBatch {
    return {
      firstSequence: this.#sequence + 1,
      count: 0,
      baseMs: 0,
      baseInstructions: 0,
      columns: new ArrayBuffer(0),
      requests: new ArrayBuffer(0),
      newcomers,
      marks,
    };
  }
}

/** Rows of a chunk with their requests, copied. */
function batchOf(chunk: EventChunk, from: number, to: number): RecordBatch {
  const count = to - from;
  const columns = new EventColumns(count);
  columns.set(0, chunk.columns, from, count);
  // Requests lie in the order of their rows
  const start = firstRequest(chunk, from);
  const end = firstRequest(chunk, to);
  const { bytes } = columns;
  for (let at = 0; at < count; at += 1) {
    const place = bytes[at] ?? NO_BYTES;
    if (place !== NO_BYTES) bytes[at] = place - start;
  }
  return {
    firstSequence: chunk.firstSequence + from,
    count,
    baseMs: chunk.baseMs,
    baseInstructions: chunk.baseInstructions,
    columns: columns.buffer,
    requests: chunk.requests.slice(start, end).buffer,
    newcomers: NOBODY,
    marks: [],
  };
}

/** Where the first request of the rows from one on begins, or would. */
function firstRequest({ columns: { bytes }, count, requests }: EventChunk, from: number): number {
  for (let at = from; at < count; at += 1) {
    const place = bytes[at] ?? NO_BYTES;
    if (place !== NO_BYTES) return place;
  }
  return requests.length;
}

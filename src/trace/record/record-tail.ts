// Follows a record: gives out what was added since the last look, as batches that make the same record elsewhere.

import type { RecordBatch } from './batch.ts';
import { EventColumns } from './event-columns.ts';
import type { EventChunk } from './event-chunk.ts';
import type { IommuRecord } from './iommu-record.ts';

export class RecordTail {
  readonly #record: IommuRecord;
  readonly #dispose: () => void;
  /** Sequence of the latest event that was given out. */
  #sequence: number;
  /** Marks that were given out, those that are gone included. */
  #marks = 0;
  #tasks = 0;
  #stacks = 0;

  /** Begins behind an event; all marks and callers are given out. */
  constructor(record: IommuRecord, sequence = 0) {
    this.#record = record;
    this.#sequence = sequence;
    this.#dispose = record.rewound.on((to) => {
      this.#sequence = Math.min(this.#sequence, to);
      this.#marks = Math.min(this.#marks, record.droppedMarks + record.marks.length);
    });
  }

  /** What was added since the last call, oldest first. */
  next(): readonly RecordBatch[] {
    const record = this.#record;
    const others = this.#others();
    const batches: RecordBatch[] = others === undefined ? [] : [others];
    for (const chunk of record.chunks) {
      const from = Math.max(0, this.#sequence + 1 - chunk.firstSequence);
      if (from < chunk.count) batches.push(batchOf(chunk, from));
    }
    this.#sequence = Math.max(this.#sequence, record.lastSequence);
    return batches;
  }

  dispose(): void {
    this.#dispose();
  }

  /** Everything but events; undefined when there is nothing new of it. */
  #others(): RecordBatch | undefined {
    const { everybody, droppedMarks } = this.#record;
    const marks = this.#record.marks.slice(Math.max(0, this.#marks - droppedMarks));
    const tasks = everybody.tasks.slice(this.#tasks);
    const stacks = everybody.stacks.slice(this.#stacks);
    if (marks.length + tasks.length + stacks.length === 0) return undefined;
    this.#marks = droppedMarks + this.#record.marks.length;
    this.#tasks += tasks.length;
    this.#stacks += stacks.length;
    return {
      firstSequence: this.#sequence + 1,
      count: 0,
      baseMs: 0,
      baseInstructions: 0,
      columns: new ArrayBuffer(0),
      requests: new ArrayBuffer(0),
      newcomers: { tasks, stacks },
      marks,
    };
  }
}

function batchOf(chunk: EventChunk, from: number): RecordBatch {
  const count = chunk.count - from;
  const part = chunk.from(from);
  const columns = new EventColumns(count);
  columns.set(0, part.columns, 0, count);
  return {
    firstSequence: part.firstSequence,
    count,
    baseMs: part.baseMs,
    baseInstructions: part.baseInstructions,
    columns: columns.buffer,
    requests: part.requests.slice().buffer,
    newcomers: { tasks: [], stacks: [] },
    marks: [],
  };
}

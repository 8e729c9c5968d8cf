// Events and marks of a record in one order.

import type { IommuRecord } from './iommu-record.ts';
import type { Mark } from './marks.ts';

/** Marks of a record among events of it, in ascending order: each comes behind the event that it came after. */
export class MarkMerge {
  readonly #record: IommuRecord;
  /** Marks that have been given out, those that are gone included. */
  #given = 0;

  constructor(record: IommuRecord) {
    this.#record = record;
  }

  /** The events with these sequences and the marks before them; then the marks that are left. */
  *with(sequences: Iterable<number>): Generator<number | Mark> {
    for (const sequence of sequences) {
      yield* this.#before(sequence);
      yield sequence;
    }
    yield* this.#before(Infinity);
  }

  *#before(sequence: number): Generator<Mark> {
    for (;;) {
      const { marks, droppedMarks } = this.#record;
      this.#given = Math.min(Math.max(this.#given, droppedMarks), droppedMarks + marks.length);
      const mark = marks[this.#given - droppedMarks];
      if (mark === undefined || mark.sequence >= sequence) return;
      this.#given += 1;
      yield mark;
    }
  }
}

// A record as JSON lines: its events and marks in their order, an object a line.

import type { IommuRecord } from '../record/iommu-record.ts';
import { MarkMerge } from '../record/mark-merge.ts';
import { traceLine } from '../trace-lines.ts';
import { markLine } from './mark-json.ts';

/** Lines of a record as it grows: each call gives those that are new. */
export class JsonLines {
  readonly #record: IommuRecord;
  readonly #marks: MarkMerge;
  #next: number;

  constructor(record: IommuRecord) {
    this.#record = record;
    this.#marks = new MarkMerge(record);
    this.#next = Math.max(1, record.firstSequence);
  }

  *next(): Generator<string> {
    const { times } = this.#record.head.facts;
    for (const what of this.#marks.with(this.#sequences())) {
      if (typeof what !== 'number') yield markLine(what, times);
      else {
        const event = this.#record.event(what);
        if (event !== undefined) yield traceLine(event, times);
      }
    }
  }

  *#sequences(): Generator<number> {
    this.#next = Math.max(this.#next, this.#record.firstSequence);
    for (; this.#next <= this.#record.lastSequence; this.#next += 1) yield this.#next;
  }
}

// The list of what is in a trace: events and marks in their order, as far as a filter lets them through.

import type { Symbols } from '../../kernel/symbol-table.ts';
import { markLine } from '../../trace/formats/mark-json.ts';
import type { CompiledFilter } from '../../trace/filter/compile-filter.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import { MarkMerge } from '../../trace/record/mark-merge.ts';
import type { Mark } from '../../trace/record/marks.ts';
import { traceLine } from '../../trace/trace-lines.ts';
import { callerWords } from './caller-words.ts';
import { markWords } from './mark-words.ts';
import { eventLine, numbered, type NameOf } from './trace-words.ts';

export interface ListingOptions {
  readonly isJson: boolean;
  /** Whether marks are listed, too. */
  readonly hasMarks: boolean;
  readonly symbols: Symbols | undefined;
}

export class TraceListing {
  readonly #record: IommuRecord;
  readonly #filter: CompiledFilter;
  readonly #options: ListingOptions;
  readonly #marks: MarkMerge;
  readonly #nameOf: NameOf;
  readonly #hasTimes: boolean;
  #listed = 0;

  constructor(record: IommuRecord, filter: CompiledFilter, options: ListingOptions) {
    this.#record = record;
    this.#filter = filter;
    this.#options = options;
    this.#hasTimes = record.head.facts.times;
    this.#marks = new MarkMerge(record);
    const names = new Map(record.head.endpoints.map(({ id, name }) => [id, name]));
    this.#nameOf = (endpoint) => names.get(endpoint) ?? `endpoint ${endpoint}`;
  }

  /** Lines, each with its newline, of what has come since the last call. */
  *next(): Generator<string> {
    // What was taken back since is listed as it came to be
    const listed = Math.min(this.#listed, this.#record.lastSequence);
    const from = Math.max(listed + 1, this.#record.firstSequence);
    for (const what of this.#marks.with(this.#filter.select(from))) {
      if (typeof what === 'number') yield* this.#event(what);
      else if (this.#options.hasMarks && this.#filter.matchesMark(what)) yield this.#mark(what);
    }
    this.#listed = this.#record.lastSequence;
  }

  *#event(sequence: number): Generator<string> {
    const event = this.#record.event(sequence);
    if (event === undefined) return;
    yield this.#options.isJson
      ? traceLine(event, this.#hasTimes)
      : `${eventLine(event, this.#nameOf, this.#hasTimes)}\n`;
  }

  #mark(mark: Mark): string {
    const { isJson, symbols } = this.#options;
    if (isJson) return markLine(mark, this.#hasTimes);
    const caller = callerWords(this.#record.whoOf(mark), symbols);
    const by = caller === undefined ? '' : `  by ${caller}`;
    return `${numbered('', this.#hasTimes ? mark.timeMs : null, markWords(mark, this.#nameOf))}${by}\n`;
  }
}

// A filter made ready for a record: which of its events and marks pass.

import { assert } from '../../base/assert.ts';
import type { EventChunk } from '../record/event-chunk.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { Mark } from '../record/marks.ts';
import type { Attachment } from './attachments.ts';
import { compileTest } from './compile-test.ts';
import type { Filter } from './filter-ast.ts';
import type { FilterProblem } from './filter-problem.ts';
import { parseFilter } from './parse-filter.ts';
import { printFilter } from './print-filter.ts';
import { EVERYTHING, STRETCH, type Test } from './row-test.ts';
import type { Symbolizer } from './who-tests.ts';

export interface FilterOptions {
  /** Names addresses of the guest's kernel. Without it `by` is refused: nothing could match. */
  readonly symbolize?: Symbolizer | undefined;
  /**
   * The attachments that an event found, of `History` for example. It is asked where nothing is kept before an event: without it
   * none are known there, until the record tells of them.
   */
  readonly attachmentsAt?: ((sequence: number) => Iterable<Attachment>) | undefined;
}

export type CompiledOrNot =
  | { readonly isValid: true; readonly filter: CompiledFilter }
  | { readonly isValid: false; readonly problem: FilterProblem };

/**
 * Makes a filter ready for a record. Names of endpoints have to be the record's, and what is asked something that it tells.
 * Places in a problem are those of the text, or of `printFilter` for a filter that is given as data.
 */
export function compileFilter(
  source: string | Filter,
  record: IommuRecord,
  options: FilterOptions = {},
): CompiledOrNot {
  const text = typeof source === 'string' ? source : printFilter(source);
  const { endpoints, facts } = record.head;
  const parsed = parseFilter(text, {
    endpoints,
    facts,
    hasSymbols: options.symbolize !== undefined,
  });
  if (!parsed.isValid) return parsed;
  const { symbolize = () => undefined, attachmentsAt = () => [] } = options;
  const attachments = {
    before: (chunk: EventChunk) => record.find(chunk.firstSequence - 1)?.chunk,
    at: attachmentsAt,
  };
  const test =
    parsed.filter === null
      ? EVERYTHING
      : compileTest(parsed.filter, { record, symbolize, attachments });
  return { isValid: true, filter: new CompiledFilter(parsed.filter, record, test) };
}

export class CompiledFilter {
  /** What it says. */
  readonly filter: Filter;
  readonly #record: IommuRecord;
  readonly #test: Test;
  readonly #out = new Uint8Array(STRETCH);

  /** Made by `compileFilter`. */
  constructor(filter: Filter, record: IommuRecord, test: Test) {
    this.filter = filter;
    this.#record = record;
    this.#test = test;
  }

  /** Whether the event in a row of one of the record's chunks passes. */
  matches(chunk: EventChunk, at: number): boolean {
    assert(at >= 0 && at < chunk.count, 'the row is one of the chunk');
    this.#out[0] = 1;
    this.#test.rows(chunk, at, at + 1, this.#out);
    return this.#out[0] === 1;
  }

  /** Whether an event passes; false for one that is not kept. */
  passes(sequence: number): boolean {
    const place = this.#record.find(sequence);
    return place !== undefined && this.matches(place.chunk, place.at);
  }

  /** Whether a mark passes. */
  matchesMark(mark: Mark): boolean {
    return this.#test.mark(mark);
  }

  /** The sequences of the events that pass, ascending, of those kept from `from` to `to`, both included. */
  select(from = 0, to = Infinity): Float64Array {
    let found = new Float64Array(256);
    let count = 0;
    this.#each(from, to, (firstSequence, passed) => {
      if (count + passed.length > found.length) {
        const larger = new Float64Array(Math.max(2 * found.length, count + passed.length));
        larger.set(found);
        found = larger;
      }
      for (let at = 0; at < passed.length; at += 1) {
        // Written in any case, and kept if it passed: a branch would be missed half of the time
        found[count] = firstSequence + at;
        count += passed[at] ?? 0;
      }
    });
    return found.slice(0, count);
  }

  /** How many events pass, of those kept from `from` to `to`, both included. */
  count(from = 0, to = Infinity): number {
    let count = 0;
    this.#each(from, to, (_firstSequence, passed) => {
      for (let at = 0; at < passed.length; at += 1) count += passed[at] ?? 0;
    });
    return count;
  }

  /** Hands over stretches of results; they are overwritten by the next one. */
  #each(from: number, to: number, take: (firstSequence: number, passed: Uint8Array) => void): void {
    for (const chunk of this.#record.chunks) {
      const { firstSequence, count } = chunk;
      const end = Math.min(count, to - firstSequence + 1);
      for (let row = Math.max(0, from - firstSequence); row < end; row += STRETCH) {
        const last = Math.min(end, row + STRETCH);
        this.#out.fill(1, 0, last - row);
        this.#test.rows(chunk, row, last, this.#out);
        take(firstSequence + row, this.#out.subarray(0, last - row));
      }
    }
  }
}

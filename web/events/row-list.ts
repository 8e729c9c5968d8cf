// The rows of the list: events that pass a filter, with marks between them, each by its place. Nothing is made for a row that
// nobody looks at.

import type { Mark } from '../../src/trace/record/marks.ts';
import { lowest } from '../../src/trace/record/record-search.ts';
import { EventIndex, type ListedRecord, type SelectEvents } from './event-index.ts';
import { MarkRows, type IsListedMark } from './mark-rows.ts';

/** What lets events and marks through; null lets all events through. */
export interface RowFilter {
  readonly select: SelectEvents | null;
  readonly isListedMark: IsListedMark;
}

/** A row that stays the same one while others come and go: an event, or the mark so many behind it. */
export interface RowKey {
  readonly sequence: number;
  /** 0 is the event itself. */
  readonly nth: number;
}

export interface Row extends RowKey {
  /** Null for an event. */
  readonly mark: Mark | null;
}

/** Rows by their place. */
export interface Rows {
  /** Events and marks that are listed. */
  readonly count: number;
  /** Events that are listed. */
  readonly events: number;
  row(index: number): Row | undefined;
  /** Where a row stands; where it would, if it is not listed. */
  indexOf(key: RowKey): number;
  hasEvent(sequence: number): boolean;
  /** The listed event that comes next, or before; undefined where there is none. */
  beside(sequence: number, by: 1 | -1): number | undefined;
}

export class RowList implements Rows {
  readonly #events: EventIndex;
  readonly #marks: MarkRows;

  /** Follows the record until it is disposed. */
  constructor(record: ListedRecord, { select, isListedMark }: RowFilter) {
    this.#events = new EventIndex(record, select);
    this.#marks = new MarkRows(record, isListedMark);
  }

  dispose(): void {
    this.#events.dispose();
  }

  /** Another one after each change. */
  get version(): string {
    return `${this.#events.version} ${this.#marks.version}`;
  }

  get count(): number {
    return this.#events.count + this.#marks.count;
  }

  get events(): number {
    return this.#events.count;
  }

  /** Takes in what the record has had since, until time is up; returns whether all of it is there. */
  advance(isTimeUp?: () => boolean): boolean {
    const isDone = this.#events.advance(isTimeUp);
    if (isDone) this.#marks.advance();
    return isDone;
  }

  row(index: number): Row | undefined {
    // The first mark whose own row is not before that place
    const marks = lowest(this.#marks.count, (each) => this.#rowOfMark(each) >= index);
    if (marks < this.#marks.count && this.#rowOfMark(marks) === index) {
      const mark = this.#marks.at(marks);
      if (mark === undefined) return undefined;
      const nth = marks - this.#marks.before(mark.sequence) + 1;
      return { sequence: mark.sequence, nth, mark };
    }
    const sequence = this.#events.at(index - marks);
    return sequence === undefined ? undefined : { sequence, nth: 0, mark: null };
  }

  indexOf({ sequence, nth }: RowKey): number {
    const marks = this.#marks.before(sequence);
    const before = this.#events.before(sequence) + marks;
    if (nth === 0) return before;
    const behind = Math.min(nth - 1, this.#marks.before(sequence + 1) - marks);
    return before + (this.#events.has(sequence) ? 1 : 0) + behind;
  }

  hasEvent(sequence: number): boolean {
    return this.#events.has(sequence);
  }

  beside(sequence: number, by: 1 | -1): number | undefined {
    if (by === -1) return this.#events.at(this.#events.before(sequence) - 1);
    return this.#events.at(this.#events.before(sequence + 1));
  }

  /** Where a mark stands: behind the events up to its own, and the marks before it. */
  #rowOfMark(index: number): number {
    return this.#events.before((this.#marks.at(index)?.sequence ?? 0) + 1) + index;
  }
}

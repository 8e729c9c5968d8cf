// Which marks of a record are listed between its events.

import type { Mark } from '../../src/trace/record/marks.ts';
import { lowest } from '../../src/trace/record/record-search.ts';
import type { ListedRecord } from './event-index.ts';

/** Groups of marks that a person shows or hides. */
export const MARK_GROUPS = ['stages', 'console', 'work'] as const;
export type MarkGroup = (typeof MARK_GROUPS)[number];

/** The group of each kind; null for those that are no line of their own. */
export const GROUP_OF: Readonly<Record<Mark['kind'], MarkGroup | null>> = {
  console: 'console',
  stage: 'stages',
  power: 'stages',
  'gone-to': 'stages',
  gap: 'stages',
  access: 'stages',
  doorbell: 'work',
  notification: 'work',
  sample: 'work',
  counters: null,
};

export type IsListedMark = (mark: Mark) => boolean;

export class MarkRows {
  readonly #record: ListedRecord;
  readonly #isListed: IsListedMark;
  /** The list that was looked through, and how far. */
  #source: readonly Mark[] = [];
  #seen = 0;
  #last: Mark | undefined;
  #marks: Mark[] = [];
  /** Those before it are of events that are gone. */
  #first = 0;
  #version = 0;

  constructor(record: ListedRecord, isListed: IsListedMark) {
    this.#record = record;
    this.#isListed = isListed;
  }

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  get count(): number {
    return this.#marks.length - this.#first;
  }

  /** Looks through what is new; through everything where the record forgot some. */
  advance(): void {
    const source = this.#record.marks;
    if (source !== this.#source || source[this.#seen - 1] !== this.#last) {
      this.#source = source;
      this.#seen = 0;
      this.#marks = [];
      this.#first = 0;
      this.#version += 1;
    }
    for (; this.#seen < source.length; this.#seen += 1) {
      const mark = source[this.#seen];
      if (mark === undefined || !this.#isListed(mark)) continue;
      this.#marks.push(mark);
      this.#version += 1;
    }
    this.#last = source[this.#seen - 1];
    this.#forget(this.#record.firstSequence - 1);
  }

  at(index: number): Mark | undefined {
    return this.#marks[this.#first + index];
  }

  /** How many listed marks come before an event with that sequence. */
  before(sequence: number): number {
    return lowest(this.count, (index) => (this.at(index)?.sequence ?? 0) >= sequence);
  }

  /** Marks of events that are kept no more. */
  #forget(before: number): void {
    const first = lowest(this.#marks.length, (at) => (this.#marks[at]?.sequence ?? 0) >= before);
    if (first === this.#first) return;
    this.#first = first;
    this.#version += 1;
    if (first < this.#marks.length / 2) return;
    this.#marks = this.#marks.slice(first);
    this.#first = 0;
  }
}

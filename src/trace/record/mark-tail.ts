// Follows the marks of a record: gives out each once, whichever of the others have to go meanwhile.

import type { IommuRecord } from './iommu-record.ts';
import type { Mark } from './marks.ts';

export class MarkTail {
  readonly #record: Pick<IommuRecord, 'marks' | 'droppedMarks'>;
  /** Marks that were given out, those that are gone included; and the last of them. */
  #given = 0;
  #last: Mark | undefined;
  /** How many were gone then. */
  #dropped = 0;

  /** Of the marks that there are, the first `given` are not given out any more. */
  constructor(record: Pick<IommuRecord, 'marks' | 'droppedMarks'>, given: number) {
    this.#record = record;
    this.#give(given);
  }

  /** Those that were not given out, up to what came after an event. */
  take(until: number): readonly Mark[] {
    const from = this.#place;
    const waiting = this.#record.marks.slice(from);
    const later = waiting.findIndex(({ sequence }) => sequence > until);
    const told = later < 0 ? waiting : waiting.slice(0, later);
    this.#give(from + told.length);
    return told;
  }

  /** The latest marks were taken back. */
  goBack(): void {
    this.#give(Math.min(this.#place, this.#record.marks.length));
  }

  #give(count: number): void {
    const { droppedMarks, marks } = this.#record;
    this.#given = droppedMarks + count;
    this.#dropped = droppedMarks;
    this.#last = marks[count - 1];
  }

  /** Where the marks begin that were not given out. */
  get #place(): number {
    const { droppedMarks, marks } = this.#record;
    const last = this.#last;
    if (droppedMarks === this.#dropped || last === undefined) {
      return Math.max(0, this.#given - droppedMarks);
    }
    // Of those that had to go some were given out, and some were not
    const kept = marks.lastIndexOf(last);
    if (kept >= 0) return kept + 1;
    const next = marks.findIndex(
      ({ sequence, timeMs }) => sequence > last.sequence || timeMs > last.timeMs,
    );
    return next < 0 ? marks.length : next;
  }
}

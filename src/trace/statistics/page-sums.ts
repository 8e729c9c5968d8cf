// Sums for each page of memory, of which most is added to many pages in a row: only where a sum changes is written down.

import type { PageFigures } from './statistics.ts';

const PAGE_BITS = 12;
const PAGE_BYTES = 1 << PAGE_BITS;
/** Pages of 4 GiB: a 32-bit guest has no more, and so much is the bound. */
const MOST_PAGES = 1 << 20;
/** Pages that a step looks at. */
const STEP = 1 << 15;

/** The pages of a machine with so much memory; of one where that is not told all below 4 GiB. */
export function pagesOf(memoryBytes: number | null): number {
  if (memoryBytes === null) return MOST_PAGES;
  return Math.min(MOST_PAGES, Math.ceil(memoryBytes / PAGE_BYTES));
}

export class PageSums {
  /** By how much the sum of a page is more than that of the page before. */
  readonly #steps: Float64Array;
  readonly #pages: number;
  /** Where the first and the last change of the sums are: most of memory may have none. */
  #first = Infinity;
  #last = -1;

  constructor(pages: number) {
    this.#pages = pages;
    this.#steps = new Float64Array(pages + 1);
  }

  /** Adds an amount to the pages that some memory lies in: from a guest-physical address on, so many bytes. */
  add(gpa: number, bytes: number, amount: number): void {
    const first = Math.floor(gpa / PAGE_BYTES);
    if (first >= this.#pages) return;
    const last = Math.min(this.#pages - 1, Math.floor((gpa + bytes - 1) / PAGE_BYTES));
    this.#steps[first] = (this.#steps[first] ?? 0) + amount;
    this.#steps[last + 1] = (this.#steps[last + 1] ?? 0) - amount;
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, last + 1);
  }

  /** The runs of pages with the largest sums, the largest first; sums of whole numbers are exact. */
  *most(count: number): Generator<void, readonly PageFigures[]> {
    const most: PageFigures[] = [];
    let [page, value] = [0, 0];
    // What was added to any page ends at the last change: the sum behind it is none
    for (let at = this.#first; at <= this.#last; at += 1) {
      if (at % STEP === STEP - 1) yield;
      const step = this.#steps[at] ?? 0;
      if (step === 0) continue;
      if (value > 0 && at > page) keep(most, { page, pages: at - page, value }, count);
      page = at;
      value += step;
    }
    return most;
  }
}

function keep(most: PageFigures[], run: PageFigures, count: number): void {
  if (most.length === count && run.value <= (most.at(-1)?.value ?? 0)) return;
  const behind = most.findIndex(({ value }) => value < run.value);
  most.splice(behind < 0 ? most.length : behind, 0, run);
  if (most.length > count) most.pop();
}

// The lifetimes of a chunk that gets no more, by where they start, with maxima of their ends above: which ones overlap a
// range is found without a look at most of the others.

import type { MappingColumns } from './lifetime.ts';
import { overlaps, type NumberRange, type Span } from './spans.ts';

const FAN_OUT = 16;

export class RangeIndex {
  readonly #columns: MappingColumns;
  readonly #span: Span;
  /** Rows by ascending start. */
  readonly #rows: Uint16Array;
  /** The row with the highest end of 16 each, and of 256. */
  readonly #sixteens: Uint16Array;
  readonly #blocks: Uint16Array;

  /** `rows` are sorted by their starts. */
  constructor(columns: MappingColumns, span: Span, rows: Uint16Array) {
    this.#columns = columns;
    this.#span = span;
    this.#rows = rows;
    this.#sixteens = this.#highest(rows);
    this.#blocks = this.#highest(this.#sixteens);
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return 2 * (this.#rows.length + this.#sixteens.length + this.#blocks.length);
  }

  /** Rows that overlap a range of numbers, in no order. */
  overlapping(range: NumberRange): number[] {
    const found: number[] = [];
    const end = this.#endOf(range.end);
    for (let block = 0; block * FAN_OUT * FAN_OUT < end; block += 1) {
      if (this.#isBefore(this.#blocks[block], range)) continue;
      const lastSixteen = Math.min((block + 1) * FAN_OUT, this.#sixteens.length);
      for (let sixteen = block * FAN_OUT; sixteen < lastSixteen; sixteen += 1) {
        if (this.#isBefore(this.#sixteens[sixteen], range)) continue;
        const last = Math.min((sixteen + 1) * FAN_OUT, end);
        for (let at = sixteen * FAN_OUT; at < last; at += 1) {
          const row = this.#rows[at] ?? 0;
          if (overlaps(this.#span, range, this.#columns, row)) found.push(row);
        }
      }
    }
    return found;
  }

  #isBefore(row: number | undefined, { start }: NumberRange): boolean {
    return this.#span.end(this.#columns, row ?? 0) < start;
  }

  /** How many rows start at or before an address. */
  #endOf(address: number): number {
    let low = 0;
    for (let high = this.#rows.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.#span.start(this.#columns, this.#rows[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #highest(rows: Uint16Array): Uint16Array {
    const highest = new Uint16Array(Math.ceil(rows.length / FAN_OUT));
    for (let group = 0; group < highest.length; group += 1) {
      const last = Math.min((group + 1) * FAN_OUT, rows.length);
      let best = rows[group * FAN_OUT] ?? 0;
      let most = this.#span.end(this.#columns, best);
      for (let at = group * FAN_OUT + 1; at < last; at += 1) {
        const row = rows[at] ?? 0;
        const end = this.#span.end(this.#columns, row);
        if (end > most) [best, most] = [row, end];
      }
      highest[group] = best;
    }
    return highest;
  }
}

// How much happened in many stretches, one behind the other: a sum at each bound, and what could be reached in between.

import type { EventTotals } from '../event-totals.ts';
import type { HistoryChunk } from './history-chunk.ts';
import { SUM_PLACES, SUMS, type Sums } from './totals.ts';

/** For each stretch. */
export class Tally {
  readonly count: number;
  /** Bytes that devices could reach at least and at most, from its beginning on; Infinity: one reached all memory. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly #sums: Float64Array;

  constructor(count: number, sums: Float64Array, least: Float64Array, most: Float64Array) {
    this.count = count;
    this.#sums = sums;
    this.least = least;
    this.most = most;
  }

  /** How many of a stretch. */
  of(name: keyof EventTotals, stretch: number): number {
    const place = stretch * SUMS + (SUM_PLACES.get(name) ?? 0);
    return (this.#sums[place + SUMS] ?? 0) - (this.#sums[place] ?? 0);
  }
}

/** `reached`: what devices can reach now, which holds where there is no event. */
export function tallyOf(
  chunks: readonly HistoryChunk[],
  bounds: ArrayLike<number>,
  reached: number,
): Tally {
  const count = Math.max(0, bounds.length - 1);
  const sums = new Float64Array(bounds.length * SUMS);
  const least = new Float64Array(count).fill(reached);
  const most = new Float64Array(count).fill(reached);
  let index = 0;
  for (let at = 0; at < bounds.length; at += 1) {
    const bound = bounds[at] ?? 0;
    // The chunk of the event before the bound, or the first of all
    while (index + 1 < chunks.length && (chunks[index + 1]?.firstSequence ?? 0) < bound) index += 1;
    const chunk = chunks[index];
    if (chunk === undefined) break;
    sums.set(sumsBefore(chunk, bound), at * SUMS);
    if (at === count) break;
    const end = bounds[at + 1] ?? 0;
    const before = chunk.totals.reachedAfter(
      Math.min(bound, chunk.endSequence) - chunk.firstSequence - 1,
    );
    least[at] = before;
    most[at] = before;
    for (let each = index; each < chunks.length; each += 1) {
      const other = chunks[each];
      if (other === undefined || other.firstSequence >= end) break;
      const from = Math.max(0, bound - other.firstSequence);
      const to = Math.min(other.count, end - other.firstSequence) - 1;
      if (from > to) continue;
      const within = other.totals.reachedWithin(from, to);
      least[at] = Math.min(least[at] ?? 0, within.least);
      most[at] = Math.max(most[at] ?? 0, within.most);
    }
  }
  return new Tally(count, sums, least, most);
}

function sumsBefore({ totals, events, firstSequence, count }: HistoryChunk, bound: number): Sums {
  return totals.sumsAt(events.columns, Math.max(0, Math.min(count, bound - firstSequence)));
}

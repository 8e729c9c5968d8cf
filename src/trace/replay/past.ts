// How much happened in any stretch. Chunks that had to go leave a line each behind.

import type { EventTotals } from '../event-totals.ts';
import type { HistoryChunk } from './history-chunk.ts';
import type { Lifetimes } from './lifetimes.ts';
import { joinReach, noSums, totalsOf, type Reach, type Sums } from './totals.ts';

/** Totals, and what was mapped at least and at most. */
export interface Stretch extends Reach {
  /**
   * First and last event that the totals are of: those asked for that the record has had, and where events have gone,
   * some more around them. `live` and `bytes` are of up to 63 events more at either end.
   */
  readonly from: number;
  readonly to: number;
  readonly totals: EventTotals;
}

/** Lines that are kept of what has gone; when there are more, each two become one. */
const MAX_LINES = 4096;
/** Of one line. */
const LINE_BYTES = 256;

interface Line {
  readonly first: number;
  /** Sequence of the event after its last. */
  readonly end: number;
  readonly before: Sums;
  readonly after: Sums;
  readonly reach: Reach;
}

/** One part of a stretch. */
type Part = Line;

export class Past {
  readonly #lifetimes: Lifetimes;
  #lines: Line[] = [];

  constructor(lifetimes: Lifetimes) {
    this.#lifetimes = lifetimes;
  }

  /** Sums after all that has gone. */
  get sums(): Sums {
    return this.#lines.at(-1)?.after ?? noSums();
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return this.#lines.length * LINE_BYTES;
  }

  /** The oldest chunk goes. */
  keep(): void {
    const [oldest] = this.#lifetimes.chunks;
    if (oldest === undefined || oldest.count === 0) return;
    this.#lines.push(partOf(oldest, oldest.firstSequence, oldest.endSequence));
    if (this.#lines.length > MAX_LINES) this.#lines = inPairs(this.#lines);
  }

  /** Nothing that has gone happened after an event. */
  rewind(sequence: number): void {
    this.#lines = this.#lines.filter(({ end }) => end <= sequence + 1);
  }

  stretch(from: number, to: number): Stretch | undefined {
    const gone = this.#lines.filter(({ first, end }) => first <= to && end > from);
    const kept = this.#lifetimes.chunks.flatMap((chunk) => {
      const first = Math.max(from, chunk.firstSequence);
      const end = Math.min(to + 1, chunk.endSequence);
      return first < end ? [partOf(chunk, first, end)] : [];
    });
    const parts: readonly Part[] = [...gone, ...kept];
    const [first, last] = [parts[0], parts.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const reach = parts.reduce((joined, part) => joinReach(joined, part.reach), first.reach);
    const totals = totalsOf(first.before, last.after);
    return { from: first.first, to: last.end - 1, totals, ...reach };
  }
}

function partOf(chunk: HistoryChunk, first: number, end: number): Part {
  const { totals, firstSequence } = chunk;
  const { columns } = chunk.events;
  const [from, to] = [first - firstSequence, end - firstSequence];
  return {
    first,
    end,
    before: totals.sumsAt(columns, from),
    after: totals.sumsAt(columns, to),
    reach: totals.reach(from, to - 1),
  };
}

function inPairs(lines: readonly Line[]): Line[] {
  const joined: Line[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const [one, other] = [lines[index], lines[index + 1]];
    if (one === undefined) break;
    if (other === undefined) joined.push(one);
    else
      joined.push({
        ...one,
        end: other.end,
        after: other.after,
        reach: joinReach(one.reach, other.reach),
      });
  }
  return joined;
}

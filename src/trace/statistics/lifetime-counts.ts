// What there is to be said of mappings over time: how long they lived, which memory they were about, what ended.

import type { EventChunk } from '../record/event-chunk.ts';
import type { EventSpan, TimeRange } from '../record/time-range.ts';
import type { LifetimePart } from '../replay/lifetimes.ts';
import type { DomainCounts } from './event-counts.ts';
import { bytesOf, gpaOf } from './mapping-bytes.ts';
import { Lengths } from './middle.ts';
import { PageSums } from './page-sums.ts';
import type { LifetimeFigures } from './statistics.ts';
import { TIME_PER_MS } from '../record/batch.ts';

export interface LifetimePorts {
  readonly chunks: readonly EventChunk[];
  readonly span: EventSpan;
  readonly range: TimeRange;
  readonly pages: number;
  readonly domain: (id: number) => DomainCounts | undefined;
}

export class LifetimeCounts {
  readonly #ports: LifetimePorts;
  /** MAPs of each page, and ticks for which it was mapped. */
  readonly maps: PageSums;
  readonly ticks: PageSums;
  readonly #lengths = new Lengths();
  #made = 0;
  #left = 0;
  #shortestMs: number | null = null;
  #longest: { ms: number; id: number } | null = null;
  /** The chunk that had the event asked for last. */
  #near = 0;

  constructor(ports: LifetimePorts) {
    this.#ports = ports;
    this.maps = new PageSums(ports.pages);
    this.ticks = new PageSums(ports.pages);
  }

  /** Takes in the lifetimes of a part; parts come in their order. */
  take({ columns, forEachFrom }: LifetimePart): void {
    const { span, range, domain } = this.#ports;
    forEachFrom(span.first, (row, born, died) => {
      if (born >= span.end) return;
      const isMade = born >= span.first;
      const isEnded = died < span.end;
      const [bytes, gpa] = [bytesOf(columns, row), gpaOf(columns, row)];
      const bornMs = isMade ? this.#timeMs(born) : range.fromMs;
      const diedMs = isEnded ? this.#timeMs(died) : range.toMs;
      this.ticks.add(gpa, bytes, Math.round((diedMs - bornMs) * TIME_PER_MS));
      if (isEnded) {
        const counts = domain(columns.domain[row] ?? 0);
        if (counts !== undefined) {
          counts.ended += 1;
          counts.endedBytes += bytes;
        }
      }
      if (!isMade) return;
      this.#made += 1;
      this.maps.add(gpa, bytes, 1);
      if (!isEnded) this.#left += 1;
      else if (this.#isThere(died)) this.#takeLength(diedMs - bornMs, born);
    });
  }

  *figures(): Generator<void, LifetimeFigures> {
    const medianMs = yield* this.#lengths.middle();
    return {
      made: this.#made,
      ended: this.#lengths.count,
      left: this.#left,
      shortestMs: this.#shortestMs,
      medianMs,
      longest: this.#longest,
    };
  }

  #takeLength(ms: number, id: number): void {
    this.#lengths.add(ms);
    this.#shortestMs = Math.min(this.#shortestMs ?? ms, ms);
    if (ms > (this.#longest?.ms ?? -1)) this.#longest = { ms, id };
  }

  /** Time of an event; of one that is missing that of the next. */
  #timeMs(sequence: number): number {
    const chunk = this.#find(sequence);
    if (chunk === undefined) return this.#ports.range.toMs;
    return chunk.timeMs(Math.max(0, sequence - chunk.firstSequence));
  }

  #isThere(sequence: number): boolean {
    return (this.#find(sequence)?.firstSequence ?? Infinity) <= sequence;
  }

  /** The chunk that has an event, or the next one: most ends are near their beginnings. */
  #find(sequence: number): EventChunk | undefined {
    const { chunks } = this.#ports;
    while (this.#near > 0 && (chunks[this.#near]?.firstSequence ?? 0) > sequence) this.#near -= 1;
    while (this.#near < chunks.length && (chunks[this.#near]?.endSequence ?? 0) <= sequence)
      this.#near += 1;
    return chunks[this.#near];
  }
}

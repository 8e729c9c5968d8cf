// Counts a stretch of a record, a little at a time: whoever has a frame to keep gives it some milliseconds of each. A million events
// are some 450 steps and 230 ms of processor time; a step takes half a millisecond, and 6 ms at most where 1,000 mappings are alive. The
// longest explain a fault, which takes a look at all mappings: 10 ms where 20,000 are.

import { isFromPowerOn } from '../record/counter-steps.ts';
import { eventsWithin, type TimeRange } from '../record/time-range.ts';
import type { History } from '../replay/history.ts';
import { dmaSums } from './dma-sums.ts';
import { EventCounts } from './event-counts.ts';
import { faultCauses } from './fault-causes.ts';
import { LifetimeCounts } from './lifetime-counts.ts';
import { pagesOf } from './page-sums.ts';
import type { DomainFigures, Statistics } from './statistics.ts';
import { TIME_PER_MS } from '../record/batch.ts';

/** Rows that a step looks at. */
const STEP = 1 << 12;
/** Runs of pages in a list. */
const MOST_PAGES = 10;

export class StretchCount {
  readonly #history: History;
  readonly #range: TimeRange;
  readonly #last: number;
  readonly #steps: Generator<void, Statistics | null>;
  #result: Statistics | null = null;
  #isOutdated = false;
  #done = 0;
  #all = 1;

  /** Of the events that are kept now, up to the event `last`. */
  constructor(history: History, range: TimeRange, last = Infinity) {
    this.#history = history;
    this.#range = range;
    this.#last = last;
    this.#steps = this.#count();
  }

  /** Null until everything is counted. */
  get result(): Statistics | null {
    return this.#result;
  }

  /** Whether the record has lost what was still to be counted: count anew. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** From 0 to 1. */
  get progress(): number {
    return Math.min(1, this.#done / this.#all);
  }

  /** Goes on until it is over, or nothing is left to be counted. Returns whether that is so. The record may grow meanwhile. */
  advance(isOver: () => boolean): boolean {
    do {
      const step = this.#steps.next();
      if (step.done !== true) continue;
      this.#isOutdated ||= step.value === null;
      this.#result ??= step.value ?? null;
      return true;
    } while (!isOver());
    return false;
  }

  *#count(): Generator<void, Statistics | null> {
    const { record } = this.#history;
    const within = eventsWithin(record, this.#range);
    const end = Math.max(within.first, Math.min(within.end, this.#last + 1));
    const span = { first: within.first, end };
    const { chunks, evicted, head } = record;
    const parts = this.#history.lifetimeParts;
    const counts = new EventCounts(head.facts.status);
    const lifetimes = new LifetimeCounts({
      chunks,
      span,
      range: this.#range,
      pages: pagesOf(head.memoryBytes),
      domain: (id) => counts.domain(id),
    });
    this.#all = Math.max(1, span.end - span.first + parts.length * STEP);
    this.#placeEndpoints(counts, span.first);
    yield;
    for (const part of parts) {
      // Lifetimes move when the chunk of their MAP goes
      if (record.evicted !== evicted) return null;
      lifetimes.take(part);
      this.#done += STEP;
      yield;
    }
    for (const chunk of chunks) {
      const to = Math.min(chunk.count, span.end - chunk.firstSequence);
      for (let row = Math.max(0, span.first - chunk.firstSequence); row < to; row += STEP) {
        const last = Math.min(to, row + STEP);
        counts.take(chunk, row, last);
        this.#done += last - row;
        yield;
      }
    }
    const everybody = record.everybody;
    const result: Statistics = {
      span,
      range: this.#range,
      kinds: counts.kinds,
      requests: counts.requests,
      domains: domainFigures(counts),
      otherDomains: counts.otherDomains,
      lifetimes: yield* lifetimes.figures(),
      mapped: yield* lifetimes.maps.most(MOST_PAGES),
      reached: (yield* lifetimes.ticks.most(MOST_PAGES)).map((run) => ({
        ...run,
        value: run.value / TIME_PER_MS,
      })),
      dma: yield* dmaSums(record.marks, this.#range, isFromPowerOn(record)),
      faults: counts.faults,
      ...(yield* faultCauses(this.#history, counts.latestFaults, this.#last)),
      tasks: counts.tasks(everybody),
      stacks: counts.stacks(everybody),
    };
    return result;
  }

  /** Who was where when the stretch began. */
  #placeEndpoints(counts: EventCounts, first: number): void {
    const moment = this.#history.at(first - 1);
    if (!moment.isKnown) return;
    for (const { id, domain } of moment.endpoints) {
      if (domain !== null) counts.domain(domain)?.endpoints.add(id);
    }
  }
}

/** Those in which something happened. */
function domainFigures(counts: EventCounts): readonly DomainFigures[] {
  return [...counts.domains]
    .filter(([, { maps, unmaps, ended }]) => maps + unmaps + ended > 0)
    .map(([domain, each]) => ({ ...each, domain, endpoints: [...each.endpoints] }))
    .toSorted((one, other) => other.maps + other.unmaps - one.maps - one.unmaps);
}

// The statistics of the range, or of all that is kept; up to the moment that is looked at. They are counted while somebody shows them,
// a little in each frame, and again when there is more to be counted.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Dispose } from '../../src/base/emitter.ts';
import {
  eventsWithin,
  rangeUpTo,
  TICK_MS,
  type EventSpan,
  type TimeRange,
} from '../../src/trace/record/time-range.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { StretchCount } from '../../src/trace/statistics/stretch-count.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { Looking } from '../model/moments.ts';
import { NOTHING_COUNTED, type Counted, type StatisticsView } from '../model/statistics-view.ts';
import type { FramePacer, FramePorts } from './frame-pacer.ts';

/** Milliseconds of a frame after which no further step of counting begins: with the last of them it is 8. */
const SLICE_MS = 3;
/** Between two counts of a record that grows are so many times what the first one took, and at least a moment to read. */
const REST = 8;
const LEAST_REST_MS = 500;

/** What is used of it. */
export interface CountingEngine {
  readonly StretchCount: typeof StretchCount;
}

export interface StatisticsPorts extends FramePorts {
  readonly latest: () => Pick<MachineModel, 'history'>;
  readonly pacer: Pick<FramePacer, 'frame' | 'ask'>;
  readonly range: ReadonlySignal<TimeRange | null>;
  readonly looking: ReadonlySignal<Looking>;
  /** Guest time now, in milliseconds since the machine was built. */
  readonly nowMs: () => number;
  readonly load: () => Promise<CountingEngine>;
}

/** What is to be counted. */
interface Asked {
  readonly history: History;
  readonly chosen: TimeRange | null;
  readonly moment: number | null;
}

interface Run extends Asked {
  readonly count: StretchCount;
  spentMs: number;
}

function isSameAsked(one: Asked, other: Asked): boolean {
  return (
    one.history === other.history && one.chosen === other.chosen && one.moment === other.moment
  );
}

export class RangeStatistics {
  readonly #ports: StatisticsPorts;
  readonly #view = signal(NOTHING_COUNTED);
  #engine: CountingEngine | undefined;
  #watchers = 0;
  #run: Run | undefined;
  #counted: (Asked & Counted) | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  /** Whether a slice comes with the next frame. */
  #isScheduled = false;
  /** Whether what counts could not be fetched. */
  #isUnreachable = false;
  #history: History | undefined;
  #stopRewound: Dispose = () => undefined;

  constructor(ports: StatisticsPorts) {
    this.#ports = ports;
  }

  get view(): ReadonlySignal<StatisticsView> {
    return this.#view;
  }

  /** Counts until the function that it returns is called. */
  watch(): Dispose {
    this.#watchers += 1;
    if (this.#watchers > 1) return () => this.#leave();
    this.#isUnreachable = false;
    const { pacer, range, looking } = this.#ports;
    const look = (): void => this.#look();
    const stops = [
      pacer.frame.subscribe(look),
      range.subscribe(look),
      looking.subscribe(look),
      () => this.#stop(),
    ];
    this.#stopAll = () => {
      for (const stop of stops) stop();
    };
    void this.#load();
    return () => this.#leave();
  }

  #stopAll: Dispose = () => undefined;

  #leave(): void {
    this.#watchers -= 1;
    if (this.#watchers === 0) this.#stopAll();
  }

  async #load(): Promise<void> {
    try {
      this.#engine ??= await this.#ports.load();
    } catch {
      this.#isUnreachable = true;
    }
    this.#look();
  }

  #stop(): void {
    this.#run = undefined;
    this.#publish();
  }

  #look(): void {
    if (this.#watchers === 0) return;
    const asked = this.#asked();
    if (asked === null || this.#engine === undefined) {
      this.#run = undefined;
      this.#counted = undefined;
      this.#publish();
      return;
    }
    if (this.#run !== undefined && isSameAsked(this.#run, asked)) return;
    const counted = this.#counted;
    if (counted !== undefined && isSameAsked(counted, asked)) {
      if (isSameSpan(counted.figures.span, this.#spanOf(asked))) {
        this.#run = undefined;
        this.#publish();
        return;
      }
      // It is right as far as it goes
      if (this.#ports.now() < this.#notBefore) {
        this.#ports.pacer.ask();
        return;
      }
    }
    this.#begin(asked, this.#engine);
  }

  #begin(asked: Asked, { StretchCount: Count }: CountingEngine): void {
    const count = new Count(asked.history, this.#rangeOf(asked), asked.moment ?? Infinity);
    this.#run = { ...asked, count, spentMs: 0 };
    this.#publish();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.onNextFrame(() => this.#go());
  }

  /** A slice of what was asked for last. */
  #go(): void {
    this.#isScheduled = false;
    const run = this.#run;
    if (run === undefined) return;
    const { now } = this.#ports;
    const startMs = now();
    const isDone = run.count.advance(() => now() >= startMs + SLICE_MS);
    run.spentMs += now() - startMs;
    if (!isDone) {
      this.#publish();
      this.#schedule();
      return;
    }
    this.#run = undefined;
    const { history, chosen, moment, count } = run;
    if (count.result !== null) {
      const isWhole = chosen === null;
      this.#counted = { history, chosen, moment, figures: count.result, isWhole };
      this.#notBefore = now() + Math.max(LEAST_REST_MS, REST * run.spentMs);
    }
    this.#publish();
    this.#look();
  }

  #publish(): void {
    const asked = this.#asked();
    const counted = this.#counted ?? null;
    const isCurrent = counted === null || (asked !== null && isSameAsked(counted, asked));
    const isUnreachable = this.#isUnreachable;
    const isLoading = this.#engine === undefined && !isUnreachable && asked !== null;
    const progress = this.#run?.count.progress ?? (isLoading && this.#watchers > 0 ? 0 : null);
    const next = { counted, isCurrent, progress, isUnreachable };
    if (!isSameView(next, this.#view.peek())) this.#view.value = next;
  }

  /** Null without a record. */
  #asked(): Asked | null {
    const { latest, range, looking } = this.#ports;
    const { history } = latest();
    this.#follow(history);
    if (history === undefined) return null;
    const moment = looking.peek();
    return {
      history,
      chosen: range.peek(),
      moment: moment.kind === 'past' ? moment.views.sequence : null,
    };
  }

  /** A machine that goes on from its past has other events under the same sequences. */
  #follow(history: History | undefined): void {
    if (history === this.#history) return;
    this.#stopRewound();
    this.#history = history;
    this.#stopRewound =
      history?.record.rewound.on(() => {
        this.#run = undefined;
        this.#counted = undefined;
      }) ?? (() => undefined);
  }

  #spanOf(asked: Asked): EventSpan {
    const { first, end } = eventsWithin(asked.history.record, this.#rangeOf(asked));
    return { first, end: Math.max(first, Math.min(end, (asked.moment ?? Infinity) + 1)) };
  }

  /** What there is of the range until now, or of all until then. */
  #rangeOf({ history: { record }, chosen, moment }: Asked): TimeRange {
    const timeOf = (sequence: number): number => record.event(sequence)?.timeMs ?? 0;
    const lastMs = timeOf(record.lastSequence) + TICK_MS;
    const nowMs = Math.max(this.#ports.nowMs(), lastMs);
    const whole = { fromMs: timeOf(record.firstSequence), toMs: nowMs };
    const { fromMs, toMs } = rangeUpTo(chosen ?? whole, moment === null ? null : timeOf(moment));
    return { fromMs, toMs: Math.max(fromMs, Math.min(toMs, nowMs)) };
  }
}

function isSameView(one: StatisticsView, other: StatisticsView): boolean {
  return (
    one.counted === other.counted &&
    one.isCurrent === other.isCurrent &&
    one.progress === other.progress &&
    one.isUnreachable === other.isUnreachable
  );
}

function isSameSpan(one: EventSpan, other: EventSpan): boolean {
  return one.first === other.first && one.end === other.end;
}

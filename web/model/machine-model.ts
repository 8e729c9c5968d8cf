// What the page knows about the IOMMU: batches in, views out. Pure: no clock, no DOM, no worker.

import type { FaultEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { RecordBatch } from '../../src/trace/record/batch.ts';
import { EventColumns } from '../../src/trace/record/event-columns.ts';
import { EVENT_KINDS, KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { History } from '../../src/trace/replay/history.ts';
import type { MachineBatch, RecordStart } from '../../src/worker/api/news.ts';
import { ActivityWatch } from './activity-watch.ts';
import { EventFeed } from './event-feed.ts';
import { isSameState } from './same-state.ts';
import { RateMeter } from './rate-meter.ts';
import { requestRate } from './rate.ts';
import { WatchedDomain } from './watched-domain.ts';

/** Fault cards kept; the endpoints' counters have the total. */
export const MAX_FAULTS = 100;
/** Bytes of the record that are kept: some million events with their requests. What is derived of it takes a tenth of that. */
const MAX_RECORD_BYTES = 100 << 20;

const FAULTED = KIND_CODES.get('faulted');

/** A fault with its place in time. */
export interface FaultRecord {
  readonly timeMs: number;
  readonly fault: FaultEvent & { readonly sequence: number };
}

/** Folds batches; every view is read from its fields after `apply`. */
export class MachineModel {
  readonly feed = new EventFeed();
  readonly watched = new WatchedDomain();
  readonly activity = new ActivityWatch();
  readonly #dropRate = new RateMeter();
  #history: History | undefined;
  #state: IommuState | null = null;
  #stateVersion = 0;
  #faults: readonly FaultRecord[] = [];
  #faultCount = 0;
  #droppedEvents = 0;
  #requestsPerSecond = 0;
  #ranMs = 0;
  /** Sequence of the first event that came, or that should have come. */
  #earliest: number | undefined;

  /** What the IOMMU has done in this life of the guest; undefined while nobody has told. */
  get history(): History | undefined {
    return this.#history;
  }

  /** The device as of the latest batch; null before the first and without an IOMMU. */
  get state(): IommuState | null {
    return this.#state;
  }

  /** Another one when anything that is shown has changed. */
  get version(): string {
    const { feed, watched, activity } = this;
    const versions = [feed.version, watched.version, activity.version, this.#stateVersion];
    return [...versions, this.#droppedEvents, this.requestsPerSecond, this.#faultCount].join(' ');
  }

  /** Newest first. */
  get faults(): readonly FaultRecord[] {
    return this.#faults;
  }

  /** Faults since the start, kept or not. */
  get faultCount(): number {
    return this.#faultCount;
  }

  /** In the last second of guest time; those that never came are counted when they were missed. */
  get requestsPerSecond(): number {
    return this.#requestsPerSecond;
  }

  /** Guest time of the latest batch, in milliseconds since the machine was built. */
  get ranMs(): number {
    return this.#ranMs;
  }

  /** Events the worker left out because too many came at once. */
  get droppedEvents(): number {
    return this.#droppedEvents;
  }

  /** Events of this life of the guest that are kept no more, or never came. */
  get goneEvents(): number {
    const first = this.#history?.record.firstSequence ?? 0;
    return first === 0 ? 0 : Math.max(0, first - (this.#earliest ?? first));
  }

  /** Folds a batch. `nowMs` is the page's clock. */
  apply(batch: MachineBatch, nowMs: number): void {
    this.watched.setNow(nowMs);
    const dropped = this.#countDropped(batch.dropped);
    if (batch.begins !== null) this.#begin(batch.begins);
    for (const each of batch.record) this.#takeIn(each);
    this.#ranMs = batch.ranMs;
    this.#dropRate.add(dropped, batch.ranMs);
    this.#requestsPerSecond = this.#rateNow() + this.#dropRate.perSecond;
    if (!isSameState(this.#state, batch.state)) this.#setState(batch.state);
    this.activity.take(batch);
  }

  /** Forgets everything: a new machine starts. */
  clear(): void {
    this.#history?.dispose();
    this.#history = undefined;
    this.feed.clear();
    this.activity.clear();
    this.#dropRate.clear();
    this.#requestsPerSecond = 0;
    this.watched.follow(undefined);
    this.watched.watch(null);
    this.#setState(null);
    this.#faults = [];
    this.#faultCount = 0;
    this.#droppedEvents = 0;
    this.#earliest = undefined;
  }

  #begin({ head, keyframe }: RecordStart): void {
    this.#history?.dispose();
    const record = new IommuRecord(head, { maxBytes: MAX_RECORD_BYTES });
    const { watched } = this;
    const history = new History(record, {
      keyframe: keyframe ?? undefined,
      listener: {
        onBorn: (columns, at) => watched.note('mapped', columns, at),
        onEnded: (columns, at) => watched.note('unmapped', columns, at),
      },
    });
    this.#history = history;
    watched.follow(history);
  }

  #rateNow(): number {
    const history = this.#history;
    return history === undefined
      ? 0
      : requestRate(history, history.record.lastSequence, this.#ranMs);
  }

  #takeIn(batch: RecordBatch): void {
    const history = this.#history;
    if (history === undefined) return;
    history.record.append(batch);
    if (batch.count > 0) this.#earliest ??= batch.firstSequence;
    this.#keepFaults(history.record, batch);
    this.feed.append(batch);
  }

  /** Counts what was left out; returns how much that was. */
  #countDropped(dropped: MachineBatch['dropped']): number {
    let sum = 0;
    for (const kind of EVENT_KINDS) {
      const count = dropped[kind] ?? 0;
      if (count > 0) this.feed.countDropped(kind, count);
      sum += count;
    }
    this.#faultCount += dropped.faulted ?? 0;
    this.#droppedEvents += sum;
    return sum;
  }

  #setState(state: IommuState | null): void {
    this.#state = state;
    this.#stateVersion += 1;
  }

  #keepFaults(record: IommuRecord, { firstSequence, count, columns }: RecordBatch): void {
    const { kind } = new EventColumns(count, columns);
    const fresh: FaultRecord[] = [];
    for (let at = count - 1; at >= 0; at -= 1) {
      if (kind[at] !== FAULTED) continue;
      this.#faultCount += 1;
      const recorded = fresh.length < MAX_FAULTS ? record.event(firstSequence + at) : undefined;
      if (recorded?.event.kind !== 'faulted') continue;
      fresh.push({ timeMs: recorded.timeMs, fault: recorded.event });
    }
    if (fresh.length > 0) this.#faults = [...fresh, ...this.#faults].slice(0, MAX_FAULTS);
  }
}

// What the page knows about the IOMMU: batches in, views out. Pure: no clock, no DOM, no worker.

import type { FaultEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import type { DroppedEvents, MachineBatch } from '../../src/worker/api/news.ts';
import { EVENT_KINDS } from '../../src/trace/record/event-kinds.ts';
import { EndpointActivity } from './endpoint-activity.ts';
import { EventFeed, isRequest } from './event-feed.ts';
import { isSameState } from './same-state.ts';
import { RateMeter } from './rate-meter.ts';
import { WatchedDomain } from './watched-domain.ts';

/** Fault cards kept; the endpoints' counters have the total. */
export const MAX_FAULTS = 100;

/** A fault with its place in time. */
export interface FaultRecord {
  readonly timeMs: number;
  readonly fault: FaultEvent & { readonly sequence: number };
}

/** Folds batches; every view is read from its fields after `apply`. */
export class MachineModel {
  readonly feed = new EventFeed();
  readonly watched = new WatchedDomain();
  readonly activity = new EndpointActivity();
  readonly #rate = new RateMeter();
  #state: IommuState | null = null;
  #stateVersion = 0;
  #faults: readonly FaultRecord[] = [];
  #faultCount = 0;
  #droppedEvents = 0;

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

  get requestsPerSecond(): number {
    return this.#rate.perSecond;
  }

  /** Events the worker left out because too many came at once. */
  get droppedEvents(): number {
    return this.#droppedEvents;
  }

  /** Folds a batch. `nowMs` is the page's clock. */
  apply(batch: MachineBatch, nowMs: number): void {
    const { events, dropped } = batch;
    const droppedEvents = this.#countDropped(dropped);
    // What a guest had done before anybody watched is no rate.
    const isHistory = batch.preview !== undefined;
    const requests = events.filter((each) => isRequest(each.event)).length + droppedEvents;
    this.#rate.add(isHistory ? 0 : requests, batch.timeMs);
    this.#droppedEvents += droppedEvents;
    if (!isSameState(this.#state, batch.state)) this.#setState(batch.state);
    this.feed.append(events);
    this.#keepFaults(events);
    const plain = events.map((each) => each.event);
    this.watched.fold(plain, batch.state, droppedEvents, nowMs);
    this.activity.sample(batch.state, nowMs);
  }

  /** Forgets everything: a new machine starts. */
  clear(): void {
    this.feed.clear();
    this.activity.clear();
    this.#rate.clear();
    this.watched.watch(null);
    this.#setState(null);
    this.#faults = [];
    this.#faultCount = 0;
    this.#droppedEvents = 0;
  }

  /** Counts what was left out; returns how much that was. */
  #countDropped(dropped: DroppedEvents): number {
    let sum = 0;
    for (const kind of EVENT_KINDS) {
      const count = dropped[kind] ?? 0;
      if (count > 0) this.feed.countDropped(kind, count);
      sum += count;
    }
    this.#faultCount += dropped.faulted ?? 0;
    return sum;
  }

  #setState(state: IommuState | null): void {
    this.#state = state;
    this.#stateVersion += 1;
  }

  #keepFaults(events: readonly RecordedEvent[]): void {
    const fresh: FaultRecord[] = [];
    for (const { timeMs, event } of events.toReversed()) {
      if (event.kind === 'faulted') fresh.push({ timeMs, fault: event });
    }
    if (fresh.length === 0) return;
    this.#faultCount += fresh.length;
    this.#faults = [...fresh, ...this.#faults].slice(0, MAX_FAULTS);
  }
}

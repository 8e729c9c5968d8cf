// The latest events, and how many came before them.

import type { RecordedEvent } from './recorded-event.ts';

/** Plain data of a history; can be cloned. */
export interface EventHistoryState {
  readonly events: readonly RecordedEvent[];
  readonly dropped: number;
}

/** Keeps the newest `capacity` events; older ones are dropped and counted. */
export class EventHistory {
  readonly #capacity: number;
  #ring: RecordedEvent[] = [];
  /** Where the oldest event is once the ring is full. */
  #oldest = 0;
  #dropped = 0;

  /** Throws `RangeError` unless the capacity is a whole number from 1. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`a history keeps a whole number of events from 1, not ${capacity}`);
    }
    this.#capacity = capacity;
  }

  /** Events that are no longer in `events`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A copy of what is kept, oldest first. */
  get events(): readonly RecordedEvent[] {
    return [...this.#ring.slice(this.#oldest), ...this.#ring.slice(0, this.#oldest)];
  }

  add(event: RecordedEvent): void {
    if (this.#ring.length < this.#capacity) {
      this.#ring.push(event);
      return;
    }
    this.#ring[this.#oldest] = event;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    this.#dropped += 1;
  }

  save(): EventHistoryState {
    return { events: this.events, dropped: this.#dropped };
  }

  /** Replaces everything; of more events than fit the newest stay. */
  restore(state: EventHistoryState): void {
    const events = state.events.slice(-this.#capacity);
    this.#ring = [...events];
    this.#oldest = 0;
    this.#dropped = state.dropped + state.events.length - events.length;
  }
}

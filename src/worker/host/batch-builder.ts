// Gathers what happened between two batches, within bounds.

import type { DroppedEvents } from '../api/news.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';

/** Events one batch carries at most: what a page can fold in a frame. The oldest are left out first. */
const MAX_EVENTS = 4096;
/** Console bytes one batch carries at most: a guest that prints without end can not grow the host's memory. */
const MAX_CONSOLE = 1 << 18;

/** What `take` returns. */
export interface Gathered {
  /** Whether the console begins anew. */
  readonly isConsoleAnew: boolean;
  readonly console: Uint8Array<ArrayBuffer>;
  readonly events: readonly RecordedEvent[];
  readonly dropped: DroppedEvents;
}

/** Collects console output and events until they are taken. */
export class BatchBuilder {
  #console: Uint8Array[] = [];
  #consoleLength = 0;
  #isConsoleAnew = false;
  #events: RecordedEvent[] = [];
  #dropped: { -readonly [Kind in keyof DroppedEvents]: DroppedEvents[Kind] } = {};

  /** Whether there is anything to take. */
  get hasNews(): boolean {
    return this.#consoleLength > 0 || this.#events.length > 0;
  }

  addConsole(bytes: Uint8Array): void {
    this.#console.push(bytes);
    this.#consoleLength += bytes.length;
    while (this.#consoleLength > MAX_CONSOLE && this.#console.length > 1) {
      this.#consoleLength -= this.#console.shift()?.length ?? 0;
    }
  }

  addEvent(event: RecordedEvent): void {
    this.#events.push(event);
    // Dropping half at once keeps the cost of a flood constant per event.
    if (this.#events.length >= 2 * MAX_EVENTS) {
      this.#drop(MAX_EVENTS);
    }
  }

  /** Leaves out the oldest, which are counted. */
  #drop(count: number): void {
    if (count === 0) return;
    for (const { event } of this.#events.slice(0, count)) {
      this.#dropped[event.kind] = (this.#dropped[event.kind] ?? 0) + 1;
    }
    this.#events = this.#events.slice(count);
  }

  /** Everything since the last call. */
  take(): Gathered {
    const console = new Uint8Array(this.#consoleLength);
    let offset = 0;
    for (const chunk of this.#console) {
      console.set(chunk, offset);
      offset += chunk.length;
    }
    this.#drop(Math.max(0, this.#events.length - MAX_EVENTS));
    const gathered = {
      isConsoleAnew: this.#isConsoleAnew,
      console,
      events: this.#events,
      dropped: this.#dropped,
    };
    this.forgetConsole();
    this.forgetEvents();
    return gathered;
  }

  /** What the console has printed until now is of another time, and all that it has is added next. */
  beginConsole(): void {
    this.forgetConsole();
    this.#isConsoleAnew = true;
  }

  forgetConsole(): void {
    this.#console = [];
    this.#consoleLength = 0;
    this.#isConsoleAnew = false;
  }

  /** Also that some were left out. */
  forgetEvents(): void {
    this.#events = [];
    this.#dropped = {};
  }
}

// Tells the page around of the IOMMU's events, a bounded number of them at a time.

import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { EventsDetail, ToldEvent } from './protocol.ts';

/** Events of a batch, and milliseconds between two: ten thousand a second at most cross into the page around. */
const MOST_AT_ONCE = 1_000;
const PAUSE_MS = 100;

export class EventTeller {
  readonly #tell: (detail: EventsDetail) => void;
  #record: IommuRecord | undefined;
  #latest: IommuRecord | undefined;
  #told = 0;
  #isOn = false;
  #isWaiting = false;

  constructor(tell: (detail: EventsDetail) => void) {
    this.#tell = tell;
  }

  /** Tells of what comes from now on, or of nothing. */
  listen(isOn: boolean): void {
    if (isOn && !this.#isOn) this.#told = this.#latest?.lastSequence ?? 0;
    this.#record = this.#latest;
    this.#isOn = isOn;
  }

  /** There may be news in a record; another record is told from its beginning. */
  look(record: IommuRecord | undefined): void {
    this.#latest = record;
    if (!this.#isOn || this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => this.#flush(), PAUSE_MS);
  }

  #flush(): void {
    this.#isWaiting = false;
    const record = this.#latest;
    if (!this.#isOn || record === undefined) return;
    // A record that was taken back goes on from there
    const from =
      record === this.#record
        ? Math.min(this.#told, record.lastSequence) + 1
        : record.firstSequence;
    this.#record = record;
    this.#told = record.lastSequence;
    const first = Math.max(from, record.lastSequence - MOST_AT_ONCE + 1, record.firstSequence);
    const events: ToldEvent[] = [];
    for (let sequence = first; sequence <= record.lastSequence; sequence += 1) {
      const recorded = record.event(sequence);
      if (recorded !== undefined) events.push({ event: recorded.event, timeMs: recorded.timeMs });
    }
    const missed = Math.max(0, first - from);
    if (events.length > 0 || missed > 0) this.#tell({ events, missed });
  }
}

// The steps of time in which the activity of endpoints is shown, and when that has changed.

import type { MachineBatch } from '../../src/worker/api/news.ts';

/** Samples of an endpoint. */
export const ACTIVITY_SAMPLES = 32;
/** Time between two samples: they begin at whole multiples, so that they stand still while time goes on. */
const SAMPLE_MS = 200;

/** The sample of a time in milliseconds since the machine was built. */
export function stepOf(timeMs: number): number {
  return Math.floor(timeMs / SAMPLE_MS);
}

/** Knows when the latest activity is to be looked at again: that of an idle machine stays as it is. */
export class ActivityWatch {
  #counters = 0;
  #lastStep = Number.NEGATIVE_INFINITY;
  #step = 0;

  /** Another one after each change. */
  get version(): string {
    return `${this.#counters} ${Math.min(this.#step, this.#lastStep + ACTIVITY_SAMPLES)}`;
  }

  take({ record, ranMs }: Pick<MachineBatch, 'record' | 'ranMs'>): void {
    this.#step = stepOf(ranMs);
    for (const { marks } of record) {
      for (const { kind, timeMs } of marks) {
        if (kind !== 'counters') continue;
        this.#counters += 1;
        this.#lastStep = stepOf(timeMs);
      }
    }
  }

  clear(): void {
    this.#counters += 1;
    this.#lastStep = Number.NEGATIVE_INFINITY;
  }
}

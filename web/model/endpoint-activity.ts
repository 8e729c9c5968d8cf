// How busy each endpoint has been lately, as a short series for a sparkline.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';

/** Samples kept per endpoint. */
export const ACTIVITY_SAMPLES = 32;
/** Time between two samples. */
export const SAMPLE_MS = 200;

interface Series {
  total: number;
  blocked: number;
  readonly samples: number[];
  lastBlockedMs: number;
}

/** Samples the number of accesses per endpoint in even steps of the page's clock. */
export class EndpointActivity {
  #series = new Map<number, Series>();
  #lastMs = Number.NEGATIVE_INFINITY;
  #version = 0;
  #wasActive = false;

  /** Another one after each change; a series of zeros does not change. */
  get version(): number {
    return this.#version;
  }

  /** Takes a sample when one is due. */
  sample(state: IommuState | null, nowMs: number): void {
    if (state === null || nowMs - this.#lastMs < SAMPLE_MS) return;
    this.#lastMs = nowMs;
    let isActive = false;
    for (const endpoint of state.endpoints) {
      const total = endpoint.translated + endpoint.bypassed + endpoint.blocked;
      const series = this.#series.get(endpoint.id) ?? {
        total,
        blocked: endpoint.blocked,
        samples: [],
        lastBlockedMs: Number.NEGATIVE_INFINITY,
      };
      series.samples.push(Math.max(0, total - series.total));
      isActive ||= series.samples.some((sample) => sample > 0);
      if (series.samples.length > ACTIVITY_SAMPLES) series.samples.shift();
      if (endpoint.blocked > series.blocked) series.lastBlockedMs = nowMs;
      series.total = total;
      series.blocked = endpoint.blocked;
      this.#series.set(endpoint.id, series);
    }
    // The one after the last that was busy shows it idle.
    if (isActive || this.#wasActive) this.#version++;
    this.#wasActive = isActive;
  }

  clear(): void {
    this.#series = new Map();
    this.#version++;
  }

  /** Accesses per sample, oldest first. */
  samples(endpoint: number): readonly number[] {
    return this.#series.get(endpoint)?.samples ?? [];
  }

  /** When the endpoint was last stopped, on the page's clock; -Infinity for never. */
  lastBlockedMs(endpoint: number): number {
    return this.#series.get(endpoint)?.lastBlockedMs ?? Number.NEGATIVE_INFINITY;
  }
}

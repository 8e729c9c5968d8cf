// The device's counters for the record. An access is no event, so they are looked at now and then: where they have changed,
// at most once in SAMPLE_MS of guest time, and when the device is another one.

import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { CountersMark } from '../trace/record/marks.ts';
import type { Recorder, RecordTime } from '../trace/record/recorder.ts';

/** Milliseconds of guest time between two marks at least: ten a second. A look takes some 0.1 ms amid a busy guest. */
export const SAMPLE_MS = 100;

/** An IOMMU whose counters can be read. */
export interface Counted {
  state(): IommuState;
}

export class RecordCounters {
  readonly #recorder: Recorder;
  #nextMs = 0;
  #latest = '';
  #version = -1;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Milliseconds of guest time before which `pass` does nothing. */
  get dueMs(): number {
    return this.#version === this.#recorder.whoVersion ? this.#nextMs : -Infinity;
  }

  /** Time has passed. */
  pass(iommu: Counted | undefined, timeMs: number, instructions: number): void {
    if (this.#version !== this.#recorder.whoVersion) this.forget();
    if (timeMs >= this.#nextMs) this.look(iommu, { timeMs, instructions });
  }

  /** Writes the counters down as they are now, if they have changed. */
  look(iommu: Counted | undefined, time: RecordTime): void {
    this.#nextMs = time.timeMs + SAMPLE_MS;
    if (iommu === undefined) return;
    const mark = countersOf(iommu.state());
    const text = JSON.stringify(mark);
    if (text === this.#latest) return;
    this.#latest = text;
    this.#recorder.mark(mark, time);
  }

  /** The record goes on elsewhere: what was written down last is not in it. */
  forget(): void {
    this.#version = this.#recorder.whoVersion;
    this.#nextMs = 0;
    this.#latest = '';
  }
}

function countersOf({ endpoints, domains }: IommuState): CountersMark {
  return {
    kind: 'counters',
    endpoints: endpoints
      .filter(({ translated, bypassed, blocked }) => translated + bypassed + blocked > 0)
      .map((endpoint) => ({
        id: endpoint.id,
        translated: endpoint.translated,
        translatedBytes: endpoint.translatedBytes,
        bypassed: endpoint.bypassed,
        bypassedBytes: endpoint.bypassedBytes,
        blocked: endpoint.blocked,
        blockedBytes: endpoint.blockedBytes,
      })),
    domains: domains
      .filter(({ translated, blocked }) => translated + blocked > 0)
      .map(({ id, translated, translatedBytes, blocked, blockedBytes }) => ({
        id,
        translated,
        translatedBytes,
        blocked,
        blockedBytes,
      })),
  };
}

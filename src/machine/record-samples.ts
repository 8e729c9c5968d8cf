// Samples of ordinary accesses for the record: what endpoints do while nothing happens to the IOMMU.

import { joinWords } from '../base/words.ts';
import type { SampledAccess } from '../iommu/dma-port.ts';
import { ACCESS_WRITE } from '../iommu/store/mapping-store.ts';
import type { Recorder, RecordTime } from '../trace/record/recorder.ts';

/** Milliseconds of guest time between two samples of one endpoint at least. */
export const SAMPLE_MS = 500;

/** An IOMMU that tells of one access of each endpoint. */
export interface Sampled {
  sampleAccesses(listener: (access: SampledAccess) => void): void;
}

export class RecordSamples {
  readonly #recorder: Recorder;
  readonly #now: () => RecordTime;
  #nextMs = 0;
  /** What is told of it is not of this record any more. */
  #isAway = false;

  constructor(recorder: Recorder, now: () => RecordTime) {
    this.#recorder = recorder;
    this.#now = now;
  }

  /** Milliseconds of guest time before which `pass` does nothing. */
  get dueMs(): number {
    return this.#isAway ? -Infinity : this.#nextMs;
  }

  /** Time has passed, and the record is of that. */
  pass(iommu: Sampled | undefined, { timeMs }: RecordTime): void {
    this.#isAway = false;
    if (timeMs < this.#nextMs) return;
    this.#nextMs = timeMs + SAMPLE_MS;
    iommu?.sampleAccesses((access) => this.#take(access));
  }

  /** The machine is taken elsewhere: what it does on the way is in the record already. */
  leave(): void {
    this.#isAway = true;
  }

  /** The record goes on elsewhere. */
  forget(): void {
    this.#nextMs = 0;
  }

  #take({ endpoint, high, low, length, access, isRing }: SampledAccess): void {
    if (this.#isAway) return;
    const what = access === ACCESS_WRITE ? 'write' : 'read';
    this.#recorder.mark(
      { kind: 'sample', endpoint, address: joinWords(high, low), length, access: what, isRing },
      this.#now(),
    );
  }
}

// Interrupt messages for the record: a driver may have a device send any number, so that of each endpoint one is told of in a
// while. They are writes, and no events of the IOMMU.

import type { Doorbell } from '../iommu/virtio-iommu.ts';
import type { Recorder, RecordTime } from '../trace/record/recorder.ts';

/** Milliseconds of guest time between two marks of one endpoint at least. */
export const DOORBELL_QUIET_MS = 100;

/** What is used of an IOMMU. */
export interface Rung {
  doorbell: Doorbell | undefined;
}

export class RecordDoorbells {
  readonly #recorder: Recorder;
  readonly #now: () => RecordTime;
  /** By endpoint: before that time nothing more is told. */
  readonly #nextMs = new Map<number, number>();
  #iommu: Rung | undefined;
  #leave: () => void = () => undefined;

  constructor(recorder: Recorder, now: () => RecordTime) {
    this.#recorder = recorder;
    this.#now = now;
  }

  /** Between two ticks: from now on this IOMMU is heard, and no other. */
  follow(iommu: Rung | undefined): void {
    if (iommu === this.#iommu) return;
    this.end();
    this.#iommu = iommu;
    if (iommu === undefined) return;
    const { doorbell } = iommu;
    const hear: Doorbell = (...message) => {
      this.#take(...message);
      doorbell?.(...message);
    };
    iommu.doorbell = hear;
    this.#leave = () => {
      if (iommu.doorbell === hear) iommu.doorbell = doorbell;
    };
  }

  /** The record goes on elsewhere. */
  forget(): void {
    this.#nextMs.clear();
  }

  end(): void {
    this.#leave();
    this.#leave = () => undefined;
    this.#iommu = undefined;
  }

  #take(endpoint: number, address: bigint, message: Uint8Array): void {
    const time = this.#now();
    if (time.timeMs < (this.#nextMs.get(endpoint) ?? -Infinity)) return;
    this.#nextMs.set(endpoint, time.timeMs + DOORBELL_QUIET_MS);
    const data = message.reduceRight((word, byte) => ((word << 8) | byte) >>> 0, 0);
    this.#recorder.mark({ kind: 'doorbell', endpoint, address, data }, time);
  }
}

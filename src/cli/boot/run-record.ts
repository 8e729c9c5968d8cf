// What a report tells of single events: faults, refused requests, and whether a driver uses the IOMMU at all.

import type { FaultEvent, IommuEvent, NumberedRequest } from '../../iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';

/** Entries of a list; a guest can cause any number, and the first ones tell why. */
export const MAX_LISTED = 1000;

/**
 * How far a driver has come with the IOMMU since power on: `none` never started it, `started` has put no endpoint into a
 * domain, which DMA goes past then, `attached` has.
 */
export type DriverProgress = 'none' | 'started' | 'attached';

export type NumberedFault = FaultEvent & { readonly sequence: number };

/** Follows a run. */
export class RunRecord {
  readonly #faults: NumberedFault[] = [];
  readonly #refused: NumberedRequest[] = [];
  #driver: DriverProgress = 'none';

  /** The first faults. */
  get faults(): readonly NumberedFault[] {
    return this.#faults;
  }

  /** The first requests that were answered with another status than OK, or with none. */
  get refused(): readonly NumberedRequest[] {
    return this.#refused;
  }

  get driver(): DriverProgress {
    return this.#driver;
  }

  add(event: IommuEvent): void {
    switch (event.kind) {
      case 'faulted':
        if (this.#faults.length < MAX_LISTED) this.#faults.push(event);
        return;
      case 'system-reset':
      case 'power-cycled':
        this.#driver = 'none';
        return;
      case 'started':
        if (this.#driver === 'none') this.#driver = 'started';
        return;
      case 'reset':
      case 'bypass-changed':
      case 'master-changed':
        return;
      case 'attached':
      case 'detached':
      case 'mapped':
      case 'unmapped':
      case 'probed':
      case 'ignored':
        this.#addRequest(event);
    }
  }

  #addRequest(event: NumberedRequest): void {
    if (event.status !== VIRTIO_IOMMU_S_OK) {
      if (this.#refused.length < MAX_LISTED) this.#refused.push(event);
    } else if (event.kind === 'attached') {
      this.#driver = 'attached';
    }
  }
}

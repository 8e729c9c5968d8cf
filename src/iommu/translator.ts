// Where one DMA access goes (virtio 1.2, 5.13.6): the rules of bypass, domains and reserved regions, one store call.

import { addHigh, addLow } from '../base/words.ts';
import type { Endpoint } from './endpoint-table.ts';
import { ACCESS_WRITE, TRANSLATE_FAULT, type Access, type MappingStore } from './mapping-store.ts';
import { VIRTIO_IOMMU_FAULT_R_DOMAIN, VIRTIO_IOMMU_FAULT_R_MAPPING } from './protocol.ts';
import type { RegionWindow } from './reserved-regions.ts';

/** `route` found bypass mode: the IOVA is the guest-physical address. */
export const ROUTE_IDENTITY = 0;
/** `route` found an interrupt message: no memory is touched. */
export const ROUTE_DOORBELL = -3;

/** Routes accesses. The fields tell of the latest TRANSLATE_FAULT; segments are in the store's `result`. */
export class Translator {
  /** VIRTIO_IOMMU_FAULT_R_* */
  faultReason = 0;
  faultHigh = 0;
  faultLow = 0;
  readonly #store: MappingStore;
  readonly #isUnattachedBypass: () => boolean;

  /** `isUnattachedBypass`: whether endpoints without a domain are in bypass mode now. */
  constructor(store: MappingStore, isUnattachedBypass: () => boolean) {
    this.#store = store;
    this.#isUnattachedBypass = isUnattachedBypass;
  }

  /** Whether the endpoint is in bypass mode (virtio 1.2, 5.13.6). */
  isBypass(endpoint: Endpoint): boolean {
    const { domain } = endpoint;
    return domain === null ? this.#isUnattachedBypass() : domain.isBypass;
  }

  /**
   * Number of segments, ROUTE_IDENTITY, ROUTE_DOORBELL, TRANSLATE_FAULT or TRANSLATE_TOO_MANY for an access of
   * `length` >= 1 bytes. One store call at most.
   */
  route(endpoint: Endpoint, high: number, low: number, length: number, access: Access): number {
    for (const window of endpoint.windows) {
      const place = placeIn(window, high, low, length);
      if (place === 'outside') continue;
      const isMessage =
        window.kind === 'msi' && place === 'inside' && (access & ACCESS_WRITE) !== 0;
      if (isMessage) return ROUTE_DOORBELL;
      // Reserved regions are never mapped, so the store stops an attached endpoint's access by itself
      if (this.isBypass(endpoint)) return this.#faultInside(window, high, low);
    }
    const { domain } = endpoint;
    if (domain === null) {
      return this.#isUnattachedBypass()
        ? ROUTE_IDENTITY
        : this.#fault(VIRTIO_IOMMU_FAULT_R_DOMAIN, high, low);
    }
    if (domain.isBypass) return ROUTE_IDENTITY;
    const count = this.#store.translate(domain.id, high, low, length, access);
    if (count !== TRANSLATE_FAULT) return count;
    const { stopHigh, stopLow } = this.#store.result;
    return this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, stopHigh, stopLow);
  }

  #faultInside(window: RegionWindow, high: number, low: number): number {
    return isBelow(high, low, window.startHigh, window.startLow)
      ? this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, window.startHigh, window.startLow)
      : this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, high, low);
  }

  #fault(reason: number, high: number, low: number): number {
    this.faultReason = reason;
    this.faultHigh = high;
    this.faultLow = low;
    return TRANSLATE_FAULT;
  }
}

function isBelow(highA: number, lowA: number, highB: number, lowB: number): boolean {
  return highA < highB || (highA === highB && lowA < lowB);
}

function placeIn(
  { startHigh, startLow, endHigh, endLow }: RegionWindow,
  high: number,
  low: number,
  length: number,
): 'outside' | 'partly' | 'inside' {
  const lastHigh = addHigh(high, low, length - 1);
  const lastLow = addLow(low, length - 1);
  const isWrapped = isBelow(lastHigh, lastLow, high, low);
  if (!isWrapped && isBelow(lastHigh, lastLow, startHigh, startLow)) return 'outside';
  if (isBelow(endHigh, endLow, high, low)) return 'outside';
  const isInside =
    !isWrapped &&
    !isBelow(high, low, startHigh, startLow) &&
    !isBelow(endHigh, endLow, lastHigh, lastLow);
  return isInside ? 'inside' : 'partly';
}

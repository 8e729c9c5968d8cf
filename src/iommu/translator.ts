// Where one DMA access goes (virtio 1.2, 5.13.6): the rules of bypass, domains and reserved regions, one store call.

import { addHigh, addLow, wrapsAround } from '../base/words.ts';
import type { Endpoint } from './endpoint-table.ts';
import {
  ACCESS_WRITE,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
  type MappingStore,
  type TranslationResult,
} from './mapping-store.ts';
import { VIRTIO_IOMMU_FAULT_R_DOMAIN, VIRTIO_IOMMU_FAULT_R_MAPPING } from './protocol.ts';
import type { RegionWindow } from './region-window.ts';
import { SegmentList } from './segment-list.ts';

/** `route` found bypass mode: the IOVA is the guest-physical address. */
export const ROUTE_IDENTITY = 0;
/** `route` found an interrupt message: no memory is touched. */
export const ROUTE_DOORBELL = -3;

const HIGH_UNIT = 0x1_0000_0000;

/** Routes accesses. The fault fields tell of the latest TRANSLATE_FAULT. */
export class Translator {
  /** VIRTIO_IOMMU_FAULT_R_* */
  faultReason = 0;
  faultHigh = 0;
  faultLow = 0;
  /** Where the segments of the latest answer stand. */
  segments: TranslationResult;
  readonly #store: MappingStore;
  readonly #isUnattachedBypass: () => boolean;
  /** Segments of an access that touches a window, and so is no single call of the store. */
  readonly #pieces = new SegmentList();

  /** `isUnattachedBypass`: whether endpoints without a domain are in bypass mode now. */
  constructor(store: MappingStore, isUnattachedBypass: () => boolean) {
    this.#store = store;
    this.segments = store.result;
    this.#isUnattachedBypass = isUnattachedBypass;
  }

  /** Whether the endpoint is in bypass mode (virtio 1.2, 5.13.6). */
  isBypass(endpoint: Endpoint): boolean {
    const { domain } = endpoint;
    return domain === null ? this.#isUnattachedBypass() : domain.isBypass;
  }

  /**
   * Number of segments, ROUTE_IDENTITY, ROUTE_DOORBELL, TRANSLATE_FAULT or TRANSLATE_TOO_MANY for an access of
   * `length` >= 1 bytes. One store call at most, unless a reserved region is touched.
   */
  route(endpoint: Endpoint, high: number, low: number, length: number, access: Access): number {
    const { domain, doorbell } = endpoint;
    const window = findWindow(endpoint.windows, high, low, length);
    if (window?.isDoorbell === true && (access & ACCESS_WRITE) !== 0 && doorbell !== undefined) {
      if (isInside(doorbell, high, low, length)) return ROUTE_DOORBELL;
    }
    if (domain === null && !this.#isUnattachedBypass()) {
      return this.#fault(VIRTIO_IOMMU_FAULT_R_DOMAIN, high, low);
    }
    if (domain === null || domain.isBypass) {
      if (window === undefined) {
        // There is nothing behind the last byte of the 64-bit space
        return wrapsAround(high, low, length)
          ? this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, 0, 0)
          : ROUTE_IDENTITY;
      }
      const skip = Math.max(0, startOf(window, high, low));
      return this.#faultAt(high, low, skip);
    }
    if (window !== undefined) return this.#walk(endpoint, high, low, length, access);
    this.segments = this.#store.result;
    const count = this.#store.translate(domain.id, high, low, length, access);
    if (count !== TRANSLATE_FAULT) return count;
    const { stopHigh, stopLow } = this.#store.result;
    return this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, stopHigh, stopLow);
  }

  /**
   * What `route` says of the rest of an access that it answered with TRANSLATE_TOO_MANY. The rest is never an
   * interrupt message by itself.
   */
  resume(endpoint: Endpoint, high: number, low: number, length: number, access: Access): number {
    return this.#walk(endpoint, high, low, length, access);
  }

  /** An attached endpoint's access that touches windows: window by window, and the store for what lies between. */
  #walk(endpoint: Endpoint, high: number, low: number, length: number, access: Access): number {
    const pieces = this.#pieces;
    this.segments = pieces;
    pieces.clear();
    const end = Math.min(length, (HIGH_UNIT - high) * HIGH_UNIT - low);
    for (let done = 0; done < end;) {
      const fromHigh = addHigh(high, low, done);
      const fromLow = addLow(low, done);
      const window = findWindow(endpoint.windows, fromHigh, fromLow, end - done);
      const start = window === undefined ? end - done : startOf(window, fromHigh, fromLow);
      let taken = start;
      if (window !== undefined && start <= 0) {
        // A write that is only partly an interrupt message is none
        const isRefused = window.isDoorbell && (access & ACCESS_WRITE) !== 0;
        if (isRefused || (window.flags & access) !== access) {
          return this.#faultAt(high, low, done);
        }
        taken = Math.min(end - done, endOf(window, fromHigh, fromLow) + 1);
        if (!pieces.append(fromHigh, fromLow, taken)) return this.#outOfRoom(fromHigh, fromLow);
      } else {
        const outcome = this.#between(endpoint, fromHigh, fromLow, start, access);
        if (outcome < 0) return outcome;
      }
      done += taken;
    }
    // virtio 1.2, 5.13.6: there is nothing behind the last byte of the 64-bit space
    return end < length ? this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, 0, 0) : pieces.count;
  }

  /** Appends what the store says of `length` bytes that no window touches; negative when it ended there. */
  #between(endpoint: Endpoint, high: number, low: number, length: number, access: Access): number {
    const { domain } = endpoint;
    if (domain === null) return this.#fault(VIRTIO_IOMMU_FAULT_R_DOMAIN, high, low);
    const { result } = this.#store;
    const count = this.#store.translate(domain.id, high, low, length, access);
    if (count === TRANSLATE_FAULT) {
      return this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, result.stopHigh, result.stopLow);
    }
    const rest = this.#pieces.appendAll(result, count, high, low);
    if (rest !== undefined) return this.#outOfRoom(rest.high, rest.low);
    return count === TRANSLATE_TOO_MANY ? this.#outOfRoom(result.stopHigh, result.stopLow) : count;
  }

  #outOfRoom(high: number, low: number): number {
    this.#pieces.stopHigh = high;
    this.#pieces.stopLow = low;
    return TRANSLATE_TOO_MANY;
  }

  #faultAt(high: number, low: number, skip: number): number {
    return this.#fault(VIRTIO_IOMMU_FAULT_R_MAPPING, addHigh(high, low, skip), addLow(low, skip));
  }

  #fault(reason: number, high: number, low: number): number {
    this.faultReason = reason;
    this.faultHigh = high;
    this.faultLow = low;
    return TRANSLATE_FAULT;
  }
}

/** Bytes from an address to the first byte of a window; exact where it matters, up to the longest access. */
function startOf({ startHigh, startLow }: RegionWindow, high: number, low: number): number {
  return (startHigh - high) * HIGH_UNIT + (startLow - low);
}

/** Bytes from an address to the last byte of a window. */
function endOf({ endHigh, endLow }: RegionWindow, high: number, low: number): number {
  return (endHigh - high) * HIGH_UNIT + (endLow - low);
}

function isInside(window: RegionWindow, high: number, low: number, length: number): boolean {
  return startOf(window, high, low) <= 0 && endOf(window, high, low) >= length - 1;
}

/** The first window that an access touches before it reaches the end of the space. */
function findWindow(
  windows: readonly RegionWindow[],
  high: number,
  low: number,
  length: number,
): RegionWindow | undefined {
  for (const window of windows) {
    if (endOf(window, high, low) < 0) continue;
    return startOf(window, high, low) < length ? window : undefined;
  }
  return undefined;
}

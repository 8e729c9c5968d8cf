// What the device tells the world: plain data, safe to clone. The sequence is the clock of tests, links and history.

import type { DomainCounters } from '../domains/domain.ts';
import type { ReservedRegion } from '../regions/reserved-regions.ts';
import type { DmaCounters } from '../store/mapping-store.ts';

/** A request the device answered. `status` is a VIRTIO_IOMMU_S_* code; a request with status != OK changed nothing. */
export type RequestEvent =
  | {
      readonly kind: 'attached';
      readonly endpoint: number;
      readonly domain: number;
      readonly flags: number;
      readonly status: number;
    }
  | {
      readonly kind: 'detached';
      readonly endpoint: number;
      /** Null only for a draft's request, which names no domain, when the endpoint is in none. */
      readonly domain: number | null;
      readonly status: number;
    }
  | {
      readonly kind: 'mapped';
      readonly domain: number;
      readonly virtStart: bigint;
      readonly virtEnd: bigint;
      readonly physStart: bigint;
      readonly flags: number;
      readonly status: number;
    }
  | {
      readonly kind: 'unmapped';
      readonly domain: number;
      readonly virtStart: bigint;
      readonly virtEnd: bigint;
      /** Mappings removed. */
      readonly removed: number;
      readonly status: number;
    }
  | { readonly kind: 'probed'; readonly endpoint: number; readonly status: number }
  | {
      /** Not understood: unknown type, or too small for its type. */
      readonly kind: 'ignored';
      /** Type byte of the request's head; 0 when even that is missing. */
      readonly type: number;
      /** VIRTIO_IOMMU_S_INVAL, or null when the buffers went back unwritten (used length 0). */
      readonly status: number | null;
      readonly readableBytes: number;
      readonly writableBytes: number;
    };

/** An access the device stopped (virtio 1.2, 5.13.6.9). */
export interface FaultEvent {
  readonly kind: 'faulted';
  readonly endpoint: number;
  /** VIRTIO_IOMMU_FAULT_R_* */
  readonly reason: number;
  /** VIRTIO_IOMMU_FAULT_F_* */
  readonly flags: number;
  /** First byte that may not be accessed. */
  readonly address: bigint;
  /** First byte of the access as the endpoint made it, and its length in bytes. */
  readonly start: bigint;
  readonly length: number;
  /** Whether the access was to a ring or a table of descriptors, and not to data. */
  readonly isRing: boolean;
  /** Domain the endpoint was attached to; null when unattached. */
  readonly domain: number | null;
  /** VIRTIO_IOMMU_MAP_F_* of the mapping at `address`, which lacks the right; null when nothing is mapped there. */
  readonly mappedFlags: number | null;
  /** Whether an event queue buffer took the report, or it was dropped for want of one. */
  readonly isReported: boolean;
}

export type DeviceEvent =
  | RequestEvent
  | FaultEvent
  | { readonly kind: 'bypass-changed'; readonly isBypass: boolean }
  /** Bus mastering of an endpoint was switched on or off: while it is off the endpoint begins no access (PCI 3.0, 6.2.2). */
  | { readonly kind: 'master-changed'; readonly endpoint: number; readonly isMaster: boolean }
  | { readonly kind: 'started'; readonly features: bigint }
  | { readonly kind: 'reset' }
  | { readonly kind: 'system-reset' }
  /** Another device in place of this one, as power was off and on: state, configuration included, is that of power on. */
  | { readonly kind: 'power-cycled' };

/** Sequence numbers begin at 1 and leave none out. */
export interface Numbered {
  readonly sequence: number;
}

export type IommuEvent = DeviceEvent & Numbered;
export type NumberedRequest = RequestEvent & Numbered;

/** Where an endpoint stands (virtio 1.2, 5.13.6.1): blocked = unattached and not in bypass mode. */
export type EndpointMode = 'blocked' | 'bypass' | 'attached';

export interface EndpointState extends DmaCounters {
  readonly id: number;
  readonly mode: EndpointMode;
  /** Domain it is attached to (a bypass domain has mode 'bypass'); null when unattached. */
  readonly domain: number | null;
  /** Whether it can begin an access; one whose bus mastering is off can not, wherever it stands. */
  readonly isMaster: boolean;
  /** Its reserved regions as PROBE tells of them, by ascending address. */
  readonly reserved: readonly ReservedRegion[];
}

/** Its counters are of the accesses of its endpoints since it exists: that mappings and regions let through, and that faulted. */
export interface DomainState extends DomainCounters {
  readonly id: number;
  readonly isBypass: boolean;
  readonly endpoints: readonly number[];
  readonly mappings: number;
  /** Bytes of IOVA mapped. */
  readonly bytes: bigint;
  /** Reserved regions of its endpoints, joined by the combination table; none in a bypass domain. */
  readonly reserved: readonly ReservedRegion[];
}

/** The device at one moment. */
export interface IommuState {
  /** Sequence of the latest event that this state includes; 0 before the first. */
  readonly sequence: number;
  /** The configuration field `bypass`. */
  readonly isBypass: boolean;
  readonly endpoints: readonly EndpointState[];
  /** By ascending ID. */
  readonly domains: readonly DomainState[];
}

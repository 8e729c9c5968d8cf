// Bytes to requests and replies to bytes (virtio 1.2, 5.13.6). Nothing here knows what a request does.

import {
  ATTACH_DOMAIN,
  ATTACH_ENDPOINT,
  ATTACH_FLAGS,
  ATTACH_RESERVED,
  ATTACH_SIZE,
  DETACH_DOMAIN,
  DETACH_ENDPOINT,
  DETACH_SIZE,
  FAULT_ADDRESS,
  FAULT_ENDPOINT,
  FAULT_FLAGS,
  FAULT_REASON,
  FAULT_SIZE,
  HEAD_TYPE,
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_START,
  MAP_SIZE,
  MAP_VIRT_END,
  MAP_VIRT_START,
  PROBE_ENDPOINT,
  PROBE_SIZE,
  PROPERTY_HEADER_SIZE,
  PROPERTY_LENGTH,
  PROPERTY_TYPE,
  RESV_MEM_END,
  RESV_MEM_FLAGS,
  RESV_MEM_IDENTITY_SIZE,
  RESV_MEM_SIZE,
  RESV_MEM_START,
  RESV_MEM_SUBTYPE,
  TAIL_SIZE,
  TAIL_STATUS,
  UNMAP_DOMAIN,
  UNMAP_RESERVED,
  UNMAP_SIZE,
  UNMAP_VIRT_END,
  UNMAP_VIRT_START,
  VIRTIO_IOMMU_PROBE_T_RESV_MEM,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from './protocol.ts';
import { RESV_MEM_SUBTYPES, type ReservedRegion } from '../regions/reserved-regions.ts';
import type { Request, RequestSlots } from './request.ts';

/** Bytes from a 64-bit field to its upper half. */
export const HIGH_WORD = 4;

/** Bytes of the device-readable part of each request type; a type that is not in here is unknown. */
const REQUEST_SIZES: ReadonlyMap<number, number> = new Map([
  [VIRTIO_IOMMU_T_ATTACH, ATTACH_SIZE],
  [VIRTIO_IOMMU_T_DETACH, DETACH_SIZE],
  [VIRTIO_IOMMU_T_MAP, MAP_SIZE],
  [VIRTIO_IOMMU_T_UNMAP, UNMAP_SIZE],
  [VIRTIO_IOMMU_T_PROBE, PROBE_SIZE],
]);

/** The longest request, in all versions of the protocol. */
export const MAX_REQUEST_SIZE = PROBE_SIZE;

/** Type byte of a request's head; 0, which is no type, when there is none. */
export function requestType(readable: DataView): number {
  return readable.byteLength > HEAD_TYPE ? readable.getUint8(HEAD_TYPE) : 0;
}

export function isKnownType(type: number): boolean {
  return REQUEST_SIZES.has(type);
}

/** The type of a request whose part is as long as `sizes` says; 0 for one that is not in there, or shorter. */
export function completeType(readable: DataView, sizes: ReadonlyMap<number, number>): number {
  const type = requestType(readable);
  const size = sizes.get(type);
  return size !== undefined && readable.byteLength >= size ? type : 0;
}

/** See `Dialect.decodeRequest`. */
export function decodeRequest(readable: DataView, slots: RequestSlots): Request | undefined {
  switch (completeType(readable, REQUEST_SIZES)) {
    case VIRTIO_IOMMU_T_ATTACH: {
      const { attach } = slots;
      attach.domain = readable.getUint32(ATTACH_DOMAIN, true);
      attach.endpoint = readable.getUint32(ATTACH_ENDPOINT, true);
      attach.flags = readable.getUint32(ATTACH_FLAGS, true);
      attach.isReservedZero = readable.getUint32(ATTACH_RESERVED, true) === 0;
      return attach;
    }
    case VIRTIO_IOMMU_T_DETACH: {
      const { detach } = slots;
      detach.domain = readable.getUint32(DETACH_DOMAIN, true);
      detach.endpoint = readable.getUint32(DETACH_ENDPOINT, true);
      return detach;
    }
    case VIRTIO_IOMMU_T_MAP: {
      const { map } = slots;
      map.domain = readable.getUint32(MAP_DOMAIN, true);
      map.startLow = readable.getUint32(MAP_VIRT_START, true);
      map.startHigh = readable.getUint32(MAP_VIRT_START + HIGH_WORD, true);
      map.endLow = readable.getUint32(MAP_VIRT_END, true);
      map.endHigh = readable.getUint32(MAP_VIRT_END + HIGH_WORD, true);
      map.physLow = readable.getUint32(MAP_PHYS_START, true);
      map.physHigh = readable.getUint32(MAP_PHYS_START + HIGH_WORD, true);
      map.flags = readable.getUint32(MAP_FLAGS, true);
      return map;
    }
    case VIRTIO_IOMMU_T_UNMAP: {
      const { unmap } = slots;
      unmap.domain = readable.getUint32(UNMAP_DOMAIN, true);
      unmap.startLow = readable.getUint32(UNMAP_VIRT_START, true);
      unmap.startHigh = readable.getUint32(UNMAP_VIRT_START + HIGH_WORD, true);
      unmap.endLow = readable.getUint32(UNMAP_VIRT_END, true);
      unmap.endHigh = readable.getUint32(UNMAP_VIRT_END + HIGH_WORD, true);
      unmap.isReservedZero = readable.getUint32(UNMAP_RESERVED, true) === 0;
      return unmap;
    }
    case VIRTIO_IOMMU_T_PROBE: {
      slots.probe.endpoint = readable.getUint32(PROBE_ENDPOINT, true);
      return slots.probe;
    }
    default:
      return undefined;
  }
}

/**
 * Bytes that a reply takes, its tail last. A PROBE reply that lacks room for all properties still ends with the
 * driver's tail, which stands behind them: the last bytes of what there is (virtio 1.2, 5.13.6.7.2 leaves this open).
 */
export function replySize(type: number, writableLength: number, probeSize: number): number {
  const full = type === VIRTIO_IOMMU_T_PROBE ? probeSize + TAIL_SIZE : TAIL_SIZE;
  return Math.min(full, writableLength);
}

/** A reply of `size` bytes: properties (PROBE), zeros, tail. Zeros are the empty property (virtio 1.2, 5.13.6.7.2). */
export function encodeReply(size: number, status: number, properties?: Uint8Array): Uint8Array {
  const reply = new Uint8Array(size);
  if (properties !== undefined) reply.set(properties);
  reply[size - TAIL_SIZE + TAIL_STATUS] = status;
  return reply;
}

/** How a version of the protocol tells of a reserved region. */
export interface RegionFormat {
  /** Bytes of the region's property, header included. */
  readonly sizeOf: (region: ReservedRegion) => number;
  /** Whether the fields are wide enough for the region. */
  readonly canHold: (region: ReservedRegion) => boolean;
  /** Fills in what stands behind the header; `property` starts with the header and is zero. */
  readonly encode: (property: DataView, region: ReservedRegion) => void;
}

export const RELEASED_REGION_FORMAT: RegionFormat = {
  sizeOf: ({ kind }) => (kind === 'identity' ? RESV_MEM_IDENTITY_SIZE : RESV_MEM_SIZE),
  canHold: () => true,
  encode: (property, region) => {
    property.setUint8(RESV_MEM_SUBTYPE, RESV_MEM_SUBTYPES[region.kind]);
    property.setBigUint64(RESV_MEM_START, region.start, true);
    property.setBigUint64(RESV_MEM_END, region.end, true);
    if (region.kind === 'identity') property.setUint32(RESV_MEM_FLAGS, region.flags, true);
  },
};

/** Bytes of the RESV_MEM properties of an endpoint. */
export function propertiesSize(regions: readonly ReservedRegion[], format: RegionFormat): number {
  return regions.reduce((sum, region) => sum + format.sizeOf(region), 0);
}

/** The RESV_MEM properties of an endpoint, one behind the other. */
export function encodeProperties(
  regions: readonly ReservedRegion[],
  format: RegionFormat,
): Uint8Array {
  const bytes = new Uint8Array(propertiesSize(regions, format));
  let offset = 0;
  for (const region of regions) {
    const size = format.sizeOf(region);
    const property = new DataView(bytes.buffer, offset, size);
    property.setUint16(PROPERTY_TYPE, VIRTIO_IOMMU_PROBE_T_RESV_MEM, true);
    // virtio 1.2, 5.13.6.7: length does not include the property's header
    property.setUint16(PROPERTY_LENGTH, size - PROPERTY_HEADER_SIZE, true);
    format.encode(property, region);
    offset += size;
  }
  return bytes;
}

/** What a fault report says; the address as halves, since faults come from the DMA path. */
export interface FaultReport {
  readonly reason: number;
  readonly flags: number;
  readonly endpoint: number;
  readonly high: number;
  readonly low: number;
}

/** Writes fault reports of `size` bytes with the address at `address`; reserved fields are zero (virtio 1.2, 5.13.6.9.2). */
export function faultEncoder(size: number, address: number): (report: FaultReport) => Uint8Array {
  return ({ reason, flags, endpoint, high, low }) => {
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    view.setUint8(FAULT_REASON, reason);
    view.setUint32(FAULT_FLAGS, flags, true);
    view.setUint32(FAULT_ENDPOINT, endpoint, true);
    view.setUint32(address, low, true);
    view.setUint32(address + 4, high, true);
    return bytes;
  };
}

/** The event queue's 24 bytes. */
export const encodeFault = faultEncoder(FAULT_SIZE, FAULT_ADDRESS);

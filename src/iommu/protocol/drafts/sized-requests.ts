// Requests of v0.4 and v0.5: ranges are an address and a size, and DETACH names no domain.

import { addHigh, addLow } from '../../../base/words.ts';
import { completeType, HIGH_WORD } from '../codec.ts';
import {
  PROBE_ENDPOINT,
  PROBE_SIZE,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../protocol.ts';
import type { Request, RequestSlots } from '../request.ts';
import {
  ATTACH_DOMAIN,
  ATTACH_ENDPOINT,
  ATTACH_RESERVED,
  ATTACH_SIZE,
  DETACH_ENDPOINT,
  DETACH_RESERVED,
  DETACH_SIZE,
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_ADDR,
  MAP_SIZE,
  MAP_SIZE_FIELD,
  MAP_VIRT_ADDR,
  UNMAP_DOMAIN,
  UNMAP_RESERVED,
  UNMAP_SIZE,
  UNMAP_SIZE_FIELD,
  UNMAP_VIRT_ADDR,
  VIRTIO_IOMMU_MAP_F_EXEC,
} from './protocol-2017.ts';

const REQUEST_SIZES: ReadonlyMap<number, number> = new Map([
  [VIRTIO_IOMMU_T_ATTACH, ATTACH_SIZE],
  [VIRTIO_IOMMU_T_DETACH, DETACH_SIZE],
  [VIRTIO_IOMMU_T_MAP, MAP_SIZE],
  [VIRTIO_IOMMU_T_UNMAP, UNMAP_SIZE],
  [VIRTIO_IOMMU_T_PROBE, PROBE_SIZE],
]);

/** A range as these requests come to tell of it. */
type SizedRange = RequestSlots['map'] | RequestSlots['unmap'];

/** `Dialect.decodeRequest` of v0.4 and v0.5. */
export function decodeSizedRequest(readable: DataView, slots: RequestSlots): Request | undefined {
  switch (completeType(readable, REQUEST_SIZES)) {
    case VIRTIO_IOMMU_T_ATTACH: {
      const { attach } = slots;
      attach.domain = readable.getUint32(ATTACH_DOMAIN, true);
      attach.endpoint = readable.getUint32(ATTACH_ENDPOINT, true);
      attach.flags = 0;
      attach.isReservedZero = readable.getUint32(ATTACH_RESERVED, true) === 0;
      return attach;
    }
    case VIRTIO_IOMMU_T_DETACH: {
      const { detachEndpoint } = slots;
      detachEndpoint.endpoint = readable.getUint32(DETACH_ENDPOINT, true);
      detachEndpoint.isReservedZero = readable.getUint32(DETACH_RESERVED, true) === 0;
      return detachEndpoint;
    }
    case VIRTIO_IOMMU_T_MAP: {
      const { map } = slots;
      map.domain = readable.getUint32(MAP_DOMAIN, true);
      readRange(readable, MAP_VIRT_ADDR, MAP_SIZE_FIELD, map);
      map.physLow = readable.getUint32(MAP_PHYS_ADDR, true);
      map.physHigh = readable.getUint32(MAP_PHYS_ADDR + HIGH_WORD, true);
      map.flags = withoutExec(readable.getUint32(MAP_FLAGS, true));
      return map;
    }
    case VIRTIO_IOMMU_T_UNMAP: {
      const { unmap } = slots;
      unmap.domain = readable.getUint32(UNMAP_DOMAIN, true);
      readRange(readable, UNMAP_VIRT_ADDR, UNMAP_SIZE_FIELD, unmap);
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
 * MAP's flags without EXEC: a driver of the drafts may give that right, which nothing here can make use of, since
 * endpoints read and write only. Linux's drivers of v0.4 and v0.9 never gave it.
 */
export function withoutExec(flags: number): number {
  return (flags & ~VIRTIO_IOMMU_MAP_F_EXEC) >>> 0;
}

// A size of 0 is not the whole space: the RFC says that all of it can not be mapped at once. One that runs over the end
// of the space gives an end below the start.
function readRange(readable: DataView, address: number, size: number, range: SizedRange): void {
  const low = readable.getUint32(address, true);
  const high = readable.getUint32(address + HIGH_WORD, true);
  const sizeLow = readable.getUint32(size, true);
  const sizeHigh = readable.getUint32(size + HIGH_WORD, true);
  // One past the range
  const endLow = addLow(low, sizeLow);
  const endHigh = addHigh(high, low, sizeLow) + sizeHigh;
  range.startLow = low;
  range.startHigh = high;
  range.endLow = (endLow - 1) >>> 0;
  range.endHigh = (endLow === 0 ? endHigh - 1 : endHigh) >>> 0;
  range.isEmpty = sizeLow === 0 && sizeHigh === 0;
}

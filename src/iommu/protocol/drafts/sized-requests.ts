// Requests of v0.4 and v0.5: ranges are an address and a size, and DETACH names no domain.

import { requestFields, type Request } from '../codec.ts';
import {
  PROBE_ENDPOINT,
  PROBE_SIZE,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../protocol.ts';
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

type SizedRange = Pick<Extract<Request, { kind: 'unmap' }>, 'virtStart' | 'virtEnd' | 'isEmpty'>;

/** `Dialect.decodeRequest` of v0.4 and v0.5. */
export function decodeSizedRequest(readable: DataView): Request | undefined {
  const fields = requestFields(readable, REQUEST_SIZES);
  if (fields === undefined) return undefined;
  const { type, u32, u64 } = fields;
  switch (type) {
    case VIRTIO_IOMMU_T_ATTACH:
      return {
        kind: 'attach',
        domain: u32(ATTACH_DOMAIN),
        endpoint: u32(ATTACH_ENDPOINT),
        flags: 0,
        isReservedZero: u32(ATTACH_RESERVED) === 0,
      };
    case VIRTIO_IOMMU_T_DETACH:
      return {
        kind: 'detach-endpoint',
        endpoint: u32(DETACH_ENDPOINT),
        isReservedZero: u32(DETACH_RESERVED) === 0,
      };
    case VIRTIO_IOMMU_T_MAP:
      return {
        kind: 'map',
        domain: u32(MAP_DOMAIN),
        ...rangeOf(u64(MAP_VIRT_ADDR), u64(MAP_SIZE_FIELD)),
        physStart: u64(MAP_PHYS_ADDR),
        flags: withoutExec(u32(MAP_FLAGS)),
      };
    case VIRTIO_IOMMU_T_UNMAP:
      return {
        kind: 'unmap',
        domain: u32(UNMAP_DOMAIN),
        ...rangeOf(u64(UNMAP_VIRT_ADDR), u64(UNMAP_SIZE_FIELD)),
        isReservedZero: u32(UNMAP_RESERVED) === 0,
      };
    default:
      return { kind: 'probe', endpoint: u32(PROBE_ENDPOINT) };
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
function rangeOf(virtStart: bigint, size: bigint): SizedRange {
  const virtEnd = BigInt.asUintN(64, virtStart + size - 1n);
  return size === 0n ? { virtStart, virtEnd, isEmpty: true } : { virtStart, virtEnd };
}

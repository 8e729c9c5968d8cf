// A request read back from its bytes, by a reader of its own: not the one of the device under test.

import {
  ATTACH_DOMAIN,
  ATTACH_ENDPOINT,
  ATTACH_FLAGS,
  ATTACH_RESERVED,
  ATTACH_SIZE,
  DETACH_DOMAIN,
  DETACH_ENDPOINT,
  DETACH_SIZE,
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_START,
  MAP_SIZE,
  MAP_VIRT_END,
  MAP_VIRT_START,
  PROBE_ENDPOINT,
  PROBE_SIZE,
  UNMAP_DOMAIN,
  UNMAP_RESERVED,
  UNMAP_SIZE,
  UNMAP_VIRT_END,
  UNMAP_VIRT_START,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../../src/iommu/protocol/protocol.ts';

/** Bytes of a head. */
export const HEAD_SIZE = 4;

export type WireRequest =
  /** Fewer bytes than a head. */
  | { readonly kind: 'headless'; readonly length: number }
  | { readonly kind: 'unknown'; readonly type: number }
  /** Of a known type, but fewer bytes than that type has. */
  | { readonly kind: 'short'; readonly type: number; readonly length: number }
  | {
      readonly kind: 'attach';
      readonly domain: number;
      readonly endpoint: number;
      readonly flags: number;
      readonly reserved: number;
    }
  | { readonly kind: 'detach'; readonly domain: number; readonly endpoint: number }
  | {
      readonly kind: 'map';
      readonly domain: number;
      readonly virtStart: bigint;
      readonly virtEnd: bigint;
      readonly physStart: bigint;
      readonly flags: number;
    }
  | {
      readonly kind: 'unmap';
      readonly domain: number;
      readonly virtStart: bigint;
      readonly virtEnd: bigint;
      readonly reserved: number;
    }
  | { readonly kind: 'probe'; readonly endpoint: number };

/** Bytes of the device-readable part by type. */
export const READABLE_SIZES: Readonly<Record<number, number>> = {
  [VIRTIO_IOMMU_T_ATTACH]: ATTACH_SIZE,
  [VIRTIO_IOMMU_T_DETACH]: DETACH_SIZE,
  [VIRTIO_IOMMU_T_MAP]: MAP_SIZE,
  [VIRTIO_IOMMU_T_UNMAP]: UNMAP_SIZE,
  [VIRTIO_IOMMU_T_PROBE]: PROBE_SIZE,
};

export function readRequest(bytes: Uint8Array): WireRequest {
  const { length } = bytes;
  if (length < HEAD_SIZE) return { kind: 'headless', length };
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const type = view.getUint8(0);
  const size = READABLE_SIZES[type];
  if (size === undefined) return { kind: 'unknown', type };
  if (length < size) return { kind: 'short', type, length };
  const u32 = (offset: number): number => view.getUint32(offset, true);
  const u64 = (offset: number): bigint => view.getBigUint64(offset, true);
  switch (type) {
    case VIRTIO_IOMMU_T_ATTACH:
      return {
        kind: 'attach',
        domain: u32(ATTACH_DOMAIN),
        endpoint: u32(ATTACH_ENDPOINT),
        flags: u32(ATTACH_FLAGS),
        reserved: u32(ATTACH_RESERVED),
      };
    case VIRTIO_IOMMU_T_DETACH:
      return { kind: 'detach', domain: u32(DETACH_DOMAIN), endpoint: u32(DETACH_ENDPOINT) };
    case VIRTIO_IOMMU_T_MAP:
      return {
        kind: 'map',
        domain: u32(MAP_DOMAIN),
        virtStart: u64(MAP_VIRT_START),
        virtEnd: u64(MAP_VIRT_END),
        physStart: u64(MAP_PHYS_START),
        flags: u32(MAP_FLAGS),
      };
    case VIRTIO_IOMMU_T_UNMAP:
      return {
        kind: 'unmap',
        domain: u32(UNMAP_DOMAIN),
        virtStart: u64(UNMAP_VIRT_START),
        virtEnd: u64(UNMAP_VIRT_END),
        reserved: u32(UNMAP_RESERVED),
      };
    default:
      return { kind: 'probe', endpoint: u32(PROBE_ENDPOINT) };
  }
}

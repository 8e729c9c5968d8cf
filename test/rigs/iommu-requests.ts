// Bytes of virtio-iommu requests, as a driver writes them (virtio 1.2, 5.13.6).

import {
  ATTACH_DOMAIN,
  ATTACH_ENDPOINT,
  ATTACH_FLAGS,
  ATTACH_SIZE,
  DETACH_DOMAIN,
  DETACH_ENDPOINT,
  DETACH_SIZE,
  HEAD_TYPE,
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_START,
  MAP_SIZE,
  MAP_VIRT_END,
  MAP_VIRT_START,
  PROBE_ENDPOINT,
  PROBE_SIZE,
  UNMAP_DOMAIN,
  UNMAP_SIZE,
  UNMAP_VIRT_END,
  UNMAP_VIRT_START,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../../src/iommu/protocol/protocol.ts';

function request(type: number, size: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[HEAD_TYPE] = type;
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** ATTACH; its reserved bytes are zero. */
export function attachRequest(domain: number, endpoint: number, flags = 0): Uint8Array {
  return request(VIRTIO_IOMMU_T_ATTACH, ATTACH_SIZE, (view) => {
    view.setUint32(ATTACH_DOMAIN, domain, true);
    view.setUint32(ATTACH_ENDPOINT, endpoint, true);
    view.setUint32(ATTACH_FLAGS, flags, true);
  });
}

export function detachRequest(domain: number, endpoint: number): Uint8Array {
  return request(VIRTIO_IOMMU_T_DETACH, DETACH_SIZE, (view) => {
    view.setUint32(DETACH_DOMAIN, domain, true);
    view.setUint32(DETACH_ENDPOINT, endpoint, true);
  });
}

/** What a MAP request says; the range is inclusive. */
export interface MapFields {
  readonly virtStart: bigint;
  readonly virtEnd: bigint;
  readonly physStart: bigint;
  /** VIRTIO_IOMMU_MAP_F_* */
  readonly flags: number;
}

export function mapRequest(domain: number, fields: MapFields): Uint8Array {
  return request(VIRTIO_IOMMU_T_MAP, MAP_SIZE, (view) => {
    view.setUint32(MAP_DOMAIN, domain, true);
    view.setBigUint64(MAP_VIRT_START, fields.virtStart, true);
    view.setBigUint64(MAP_VIRT_END, fields.virtEnd, true);
    view.setBigUint64(MAP_PHYS_START, fields.physStart, true);
    view.setUint32(MAP_FLAGS, fields.flags, true);
  });
}

/** UNMAP of the inclusive range; its reserved bytes are zero. */
export function unmapRequest(domain: number, virtStart: bigint, virtEnd: bigint): Uint8Array {
  return request(VIRTIO_IOMMU_T_UNMAP, UNMAP_SIZE, (view) => {
    view.setUint32(UNMAP_DOMAIN, domain, true);
    view.setBigUint64(UNMAP_VIRT_START, virtStart, true);
    view.setBigUint64(UNMAP_VIRT_END, virtEnd, true);
  });
}

export function probeRequest(endpoint: number): Uint8Array {
  return request(VIRTIO_IOMMU_T_PROBE, PROBE_SIZE, (view) => {
    view.setUint32(PROBE_ENDPOINT, endpoint, true);
  });
}

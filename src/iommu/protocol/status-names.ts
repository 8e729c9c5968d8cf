// The statuses of requests by the specification's names (virtio 1.2, 5.13.6).

import {
  VIRTIO_IOMMU_S_DEVERR,
  VIRTIO_IOMMU_S_FAULT,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_IOERR,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from './protocol.ts';

/** Names by status, without `VIRTIO_IOMMU_S_`. */
export const STATUS_NAMES: ReadonlyMap<number, string> = new Map([
  [VIRTIO_IOMMU_S_OK, 'OK'],
  [VIRTIO_IOMMU_S_IOERR, 'IOERR'],
  [VIRTIO_IOMMU_S_UNSUPP, 'UNSUPP'],
  [VIRTIO_IOMMU_S_DEVERR, 'DEVERR'],
  [VIRTIO_IOMMU_S_INVAL, 'INVAL'],
  [VIRTIO_IOMMU_S_RANGE, 'RANGE'],
  [VIRTIO_IOMMU_S_NOENT, 'NOENT'],
  [VIRTIO_IOMMU_S_FAULT, 'FAULT'],
  [VIRTIO_IOMMU_S_NOMEM, 'NOMEM'],
]);

/** `INVAL`; a status that there is none of is told by its number. */
export function statusName(status: number): string {
  return STATUS_NAMES.get(status) ?? `status ${status}`;
}

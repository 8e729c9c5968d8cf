// The numbers of the wire protocol (virtio 1.2, 5.13), written down a second time from the specification: the model
// shares no code with the device, so a wrong constant there is found here.

export const VIRTIO_IOMMU_F_INPUT_RANGE = 1n;
export const VIRTIO_IOMMU_F_DOMAIN_RANGE = 2n;
export const VIRTIO_IOMMU_F_MAP_UNMAP = 4n;
export const VIRTIO_IOMMU_F_BYPASS = 8n;
export const VIRTIO_IOMMU_F_PROBE = 16n;
export const VIRTIO_IOMMU_F_MMIO = 32n;
export const VIRTIO_IOMMU_F_BYPASS_CONFIG = 64n;

export const VIRTIO_IOMMU_T_ATTACH = 1;
export const VIRTIO_IOMMU_T_DETACH = 2;
export const VIRTIO_IOMMU_T_MAP = 3;
export const VIRTIO_IOMMU_T_UNMAP = 4;
export const VIRTIO_IOMMU_T_PROBE = 5;

export const VIRTIO_IOMMU_S_OK = 0;
export const VIRTIO_IOMMU_S_UNSUPP = 2;
export const VIRTIO_IOMMU_S_INVAL = 4;
export const VIRTIO_IOMMU_S_RANGE = 5;
export const VIRTIO_IOMMU_S_NOENT = 6;
export const VIRTIO_IOMMU_S_NOMEM = 8;

export const VIRTIO_IOMMU_ATTACH_F_BYPASS = 1;
export const VIRTIO_IOMMU_MAP_F_READ = 1;
export const VIRTIO_IOMMU_MAP_F_WRITE = 2;
export const VIRTIO_IOMMU_MAP_F_MMIO = 4;

export const VIRTIO_IOMMU_FAULT_R_DOMAIN = 1;
export const VIRTIO_IOMMU_FAULT_R_MAPPING = 2;
export const VIRTIO_IOMMU_FAULT_F_READ = 1;
export const VIRTIO_IOMMU_FAULT_F_WRITE = 2;
export const VIRTIO_IOMMU_FAULT_F_ADDRESS = 256;

/** Bytes of the device-readable part of each request type. */
export const READABLE_SIZE: ReadonlyMap<number, number> = new Map([
  [VIRTIO_IOMMU_T_ATTACH, 20],
  [VIRTIO_IOMMU_T_DETACH, 20],
  [VIRTIO_IOMMU_T_MAP, 36],
  [VIRTIO_IOMMU_T_UNMAP, 28],
  [VIRTIO_IOMMU_T_PROBE, 72],
]);

/** Name of each request type, for rules and failures. */
export const TYPE_NAME: ReadonlyMap<number, string> = new Map([
  [VIRTIO_IOMMU_T_ATTACH, 'ATTACH'],
  [VIRTIO_IOMMU_T_DETACH, 'DETACH'],
  [VIRTIO_IOMMU_T_MAP, 'MAP'],
  [VIRTIO_IOMMU_T_UNMAP, 'UNMAP'],
  [VIRTIO_IOMMU_T_PROBE, 'PROBE'],
]);

export const TAIL_SIZE = 4;
export const FAULT_SIZE = 24;
export const CONFIG_SIZE = 40;

export const LAST_ADDRESS = (1n << 64n) - 1n;

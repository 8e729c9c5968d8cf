// What both devices look like: QEMU's, which leaves little to choose, and ours with the same properties.

import {
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
} from '../../src/iommu/protocol/protocol.ts';
import { DEFAULT_IOMMU_OPTIONS, type IommuOptions } from '../../src/iommu/options.ts';
import { MAX_ADDRESS } from '../../src/memory/address.ts';
import {
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_VERSION_1,
} from '../../src/virtio/features.ts';

const IOMMU_FEATURES =
  VIRTIO_IOMMU_F_INPUT_RANGE |
  VIRTIO_IOMMU_F_DOMAIN_RANGE |
  VIRTIO_IOMMU_F_MAP_UNMAP |
  VIRTIO_IOMMU_F_PROBE |
  VIRTIO_IOMMU_F_MMIO |
  VIRTIO_IOMMU_F_BYPASS_CONFIG;

/** What both offer, ring features included. */
export const COMMON_FEATURES =
  IOMMU_FEATURES | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX | VIRTIO_F_VERSION_1;

/** Bytes of properties of a PROBE reply. */
export const PROBE_BYTES = 512;
/** Page granularity in bytes. */
export const PAGE = 0x1000n;

/** QEMU's virtio-iommu has these values built in. */
export const OUR_OPTIONS: IommuOptions = {
  ...DEFAULT_IOMMU_OPTIONS,
  pageSizeMask: 0xffff_ffff_ffff_f000n,
  inputRange: { start: 0n, end: MAX_ADDRESS },
  domainRange: { start: 0, end: 0xffff_ffff },
  features: IOMMU_FEATURES,
  probeSize: PROBE_BYTES,
  bootBypass: true,
};

/** What stands on QEMU's bus 0 besides what q35 itself has there. */
export const QEMU_DEVICES = [
  'virtio-iommu-pci,addr=02.0',
  'edu,addr=03.0',
  'pci-testdev,addr=04.0',
  'pci-testdev,addr=05.0',
  'virtio-rng-pci,addr=06.0',
] as const;

/**
 * Endpoint IDs, (device << 3) | function: q35's host bridge, the IOMMU itself, the four devices above, and q35's LPC,
 * SATA and SMBus functions. Each has x86's MSI region reserved, which is what q35 gives its virtio-iommu.
 */
export const ENDPOINTS = [0x00, 0x10, 0x18, 0x20, 0x28, 0x30, 0xf8, 0xfa, 0xfb] as const;

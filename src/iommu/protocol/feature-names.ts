// The device's features by the names that people give them.

import {
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
} from './protocol.ts';

/** Feature bits by name. */
export const FEATURES: ReadonlyMap<string, bigint> = new Map([
  ['input-range', VIRTIO_IOMMU_F_INPUT_RANGE],
  ['domain-range', VIRTIO_IOMMU_F_DOMAIN_RANGE],
  ['map-unmap', VIRTIO_IOMMU_F_MAP_UNMAP],
  ['bypass', VIRTIO_IOMMU_F_BYPASS],
  ['probe', VIRTIO_IOMMU_F_PROBE],
  ['mmio', VIRTIO_IOMMU_F_MMIO],
  ['bypass-config', VIRTIO_IOMMU_F_BYPASS_CONFIG],
]);

/** The names of the features in a set. */
export function featureNames(features: bigint): readonly string[] {
  return [...FEATURES].flatMap(([name, bit]) => ((features & bit) === 0n ? [] : [name]));
}

// What the negotiated features allow a driver (virtio 1.2, 5.13.3), worked out once when it starts.

import { isKnownType } from './protocol/codec.ts';
import type { DialectRules } from './protocol/dialect.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_T_PROBE,
} from './protocol/protocol.ts';

/** The driver's requests and flags. */
export interface Negotiated {
  readonly hasMapUnmap: boolean;
  readonly hasProbe: boolean;
  /** VIRTIO_IOMMU_ATTACH_F_* and VIRTIO_IOMMU_MAP_F_* that are known. */
  readonly attachFlags: number;
  readonly mapFlags: number;
}

export function readNegotiated(features: bigint, rules: DialectRules): Negotiated {
  const mmio = rules.hasMmioFlag(features) ? VIRTIO_IOMMU_MAP_F_MMIO : 0;
  return {
    hasMapUnmap: has(features, VIRTIO_IOMMU_F_MAP_UNMAP),
    hasProbe: has(features, VIRTIO_IOMMU_F_PROBE),
    // 5.13.6.3.2: F_BYPASS is known only with BYPASS_CONFIG
    attachFlags: has(features, VIRTIO_IOMMU_F_BYPASS_CONFIG) ? VIRTIO_IOMMU_ATTACH_F_BYPASS : 0,
    mapFlags: VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE | mmio,
  };
}

/**
 * Whether a request's type is known to the device. Without PROBE the request is left unwritten, like one of unknown type
 * (virtio 1.2, 5.13.6.7.2).
 */
export function isUnderstood(type: number, { hasProbe }: Negotiated): boolean {
  return type === VIRTIO_IOMMU_T_PROBE ? hasProbe : isKnownType(type);
}

function has(features: bigint, bit: bigint): boolean {
  return (features & bit) !== 0n;
}

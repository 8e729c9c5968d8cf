// Configuration space of the drafts: domain IDs are counted in bits.

import { encodeCommonFields, type ConfigFields } from '../config-fields.ts';
import {
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_PROBE,
} from '../protocol.ts';
import {
  CONFIG_DOMAIN_BITS,
  CONFIG_LENGTH,
  CONFIG_PROBE_SIZE,
  VIRTIO_IOMMU_F_DOMAIN_BITS,
} from './protocol-2017.ts';

/** All feature bits of the drafts. */
export const DRAFT_FEATURES =
  VIRTIO_IOMMU_F_INPUT_RANGE |
  VIRTIO_IOMMU_F_DOMAIN_BITS |
  VIRTIO_IOMMU_F_MAP_UNMAP |
  VIRTIO_IOMMU_F_BYPASS |
  VIRTIO_IOMMU_F_PROBE;

/** What is wrong with a domain range that no number of bits describes. */
export function objectionToDomainRange({
  features,
  domainRange,
}: ConfigFields): string | undefined {
  const { start, end } = domainRange;
  const isWholeBits = start === 0 && (end & (end + 1)) === 0;
  if (isWholeBits || (features & VIRTIO_IOMMU_F_DOMAIN_BITS) === 0n) return undefined;
  return 'must go from 0 to a power of two less one, since drafts tell it in bits';
}

/** The 32 bytes of v0.5 and v0.9. */
export function encodeDraftConfig(fields: ConfigFields): Uint8Array {
  const view = encodeCommonFields(fields, CONFIG_LENGTH);
  if ((fields.features & VIRTIO_IOMMU_F_DOMAIN_BITS) !== 0n) {
    view.setUint8(CONFIG_DOMAIN_BITS, 32 - Math.clz32(fields.domainRange.end));
  }
  if ((fields.features & VIRTIO_IOMMU_F_PROBE) !== 0n) {
    view.setUint32(CONFIG_PROBE_SIZE, fields.probeSize, true);
  }
  return new Uint8Array(view.buffer);
}

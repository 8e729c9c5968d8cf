// The released protocol (virtio 1.2, 5.13; unchanged in 1.3 and 1.4).

import { decodeRequest, encodeFault, RELEASED_REGION_FORMAT } from './codec.ts';
import { encodeCommonFields, type ConfigFields } from './config-fields.ts';
import type { Dialect } from './dialect.ts';
import {
  CONFIG_DOMAIN_END,
  CONFIG_DOMAIN_START,
  CONFIG_LENGTH,
  CONFIG_PROBE_SIZE,
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_RANGE,
} from './protocol.ts';

export const RELEASED_DIALECT: Dialect = {
  name: '1.2',
  features:
    VIRTIO_IOMMU_F_INPUT_RANGE |
    VIRTIO_IOMMU_F_DOMAIN_RANGE |
    VIRTIO_IOMMU_F_MAP_UNMAP |
    VIRTIO_IOMMU_F_BYPASS |
    VIRTIO_IOMMU_F_PROBE |
    VIRTIO_IOMMU_F_MMIO |
    VIRTIO_IOMMU_F_BYPASS_CONFIG,
  rules: {
    outOfMemory: VIRTIO_IOMMU_S_NOMEM,
    // virtio 1.2, 5.13.6.6.2: a mapping that is only partly covered: RANGE
    unmapSplit: VIRTIO_IOMMU_S_RANGE,
    // 5.13.6.5.1: virt_end is above virt_start
    mapsSingleBytes: false,
    // 5.13.6.5: MMIO only with its feature
    hasMmioFlag: (features) => (features & VIRTIO_IOMMU_F_MMIO) !== 0n,
  },
  objectionToDomainRange: () => undefined,
  encodeConfig,
  decodeRequest,
  regionFormat: RELEASED_REGION_FORMAT,
  encodeFault,
};

// `bypass`, which changes, is written by `ConfigSpace`
function encodeConfig(fields: ConfigFields): Uint8Array {
  const view = encodeCommonFields(fields, CONFIG_LENGTH);
  if ((fields.features & VIRTIO_IOMMU_F_DOMAIN_RANGE) !== 0n) {
    view.setUint32(CONFIG_DOMAIN_START, fields.domainRange.start, true);
    view.setUint32(CONFIG_DOMAIN_END, fields.domainRange.end, true);
  }
  if ((fields.features & VIRTIO_IOMMU_F_PROBE) !== 0n) {
    view.setUint32(CONFIG_PROBE_SIZE, fields.probeSize, true);
  }
  return new Uint8Array(view.buffer);
}

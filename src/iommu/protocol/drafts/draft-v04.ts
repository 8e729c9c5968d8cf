// The draft v0.4 (2017): one queue, no fault reports.

import type { Dialect } from '../dialect.ts';
import { VIRTIO_IOMMU_F_PROBE, VIRTIO_IOMMU_S_DEVERR, VIRTIO_IOMMU_S_INVAL } from '../protocol.ts';
import { DRAFT_FEATURES, encodeDraftConfig, objectionToDomainRange } from './draft-config.ts';
import { CONFIG_LENGTH_WITHOUT_PROBE, RESV_MEM_SIZE_WITH_FLAGS } from './protocol-2017.ts';
import { sizedRegionFormat } from './sized-regions.ts';
import { decodeSizedRequest } from './sized-requests.ts';

export const DRAFT_V04: Dialect = {
  name: 'v0.4',
  features: DRAFT_FEATURES,
  rules: {
    // No NOMEM yet, and no driver may count on a certain code: what is left is the device's own trouble
    outOfMemory: VIRTIO_IOMMU_S_DEVERR,
    // The RFC recommends RANGE, but QEMU's device of v0.4 answered INVAL
    unmapSplit: VIRTIO_IOMMU_S_INVAL,
    // The RFC allows it where the page granularity is a byte
    mapsSingleBytes: true,
    hasMmioFlag: () => false,
  },
  objectionToDomainRange,
  encodeConfig: (fields) => {
    const bytes = encodeDraftConfig(fields);
    const hasProbeSize = (fields.features & VIRTIO_IOMMU_F_PROBE) !== 0n;
    return hasProbeSize ? bytes : bytes.slice(0, CONFIG_LENGTH_WITHOUT_PROBE);
  },
  decodeRequest: decodeSizedRequest,
  regionFormat: sizedRegionFormat(() => RESV_MEM_SIZE_WITH_FLAGS),
  encodeFault: undefined,
};

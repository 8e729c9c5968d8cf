// The draft v0.5 (2017): domains and endpoints have their names, and faults are reported.

import { faultEncoder } from '../codec.ts';
import type { Dialect } from '../dialect.ts';
import { VIRTIO_IOMMU_S_DEVERR, VIRTIO_IOMMU_S_RANGE } from '../protocol.ts';
import { DRAFT_FEATURES, encodeDraftConfig, objectionToDomainRange } from './draft-config.ts';
import {
  FAULT_ADDRESS,
  FAULT_SIZE,
  RESV_MEM_IDENTITY_SIZE,
  RESV_MEM_SIZE,
} from './protocol-2017.ts';
import { sizedRegionFormat } from './sized-regions.ts';
import { decodeSizedRequest } from './sized-requests.ts';

export const DRAFT_V05: Dialect = {
  name: 'v0.5',
  features: DRAFT_FEATURES,
  rules: {
    // No NOMEM yet, and no driver may count on a certain code: what is left is the device's own trouble
    outOfMemory: VIRTIO_IOMMU_S_DEVERR,
    // What the RFC and the released text recommend; QEMU's device of v0.5 answered INVAL
    unmapSplit: VIRTIO_IOMMU_S_RANGE,
    mapsSingleBytes: true,
    hasMmioFlag: () => false,
  },
  objectionToDomainRange,
  encodeConfig: encodeDraftConfig,
  decodeRequest: decodeSizedRequest,
  regionFormat: sizedRegionFormat(({ kind }) =>
    kind === 'identity' ? RESV_MEM_IDENTITY_SIZE : RESV_MEM_SIZE,
  ),
  encodeFault: faultEncoder(FAULT_SIZE, FAULT_ADDRESS),
};

// The draft v0.9 (2018): the released requests, but domain IDs in bits, other MAP flags, and no flags in ATTACH.

import { decodeRequest, encodeFault, RELEASED_REGION_FORMAT } from '../codec.ts';
import type { Dialect } from '../dialect.ts';
import {
  VIRTIO_IOMMU_MAP_F_MMIO as RELEASED_MAP_F_MMIO,
  VIRTIO_IOMMU_S_DEVERR,
  VIRTIO_IOMMU_S_RANGE,
} from '../protocol.ts';
import type { Request, RequestSlots } from '../request.ts';
import { DRAFT_FEATURES, encodeDraftConfig, objectionToDomainRange } from './draft-config.ts';
import { VIRTIO_IOMMU_MAP_F_MMIO } from './protocol-2018.ts';
import { withoutExec } from './sized-requests.ts';

export const DRAFT_V09: Dialect = {
  name: 'v0.9',
  features: DRAFT_FEATURES,
  rules: {
    // No NOMEM before v0.12: Linux took a code it did not know for an I/O error, as it takes this one
    outOfMemory: VIRTIO_IOMMU_S_DEVERR,
    unmapSplit: VIRTIO_IOMMU_S_RANGE,
    mapsSingleBytes: false,
    // Linux (`viommu_map`) set the flag for device memory unasked: there was no feature to negotiate
    hasMmioFlag: () => true,
  },
  objectionToDomainRange,
  encodeConfig: encodeDraftConfig,
  decodeRequest: decodeDraftRequest,
  regionFormat: RELEASED_REGION_FORMAT,
  encodeFault,
};

function decodeDraftRequest(readable: DataView, slots: RequestSlots): Request | undefined {
  const request = decodeRequest(readable, slots);
  const { attach, map } = slots;
  if (request === map) map.flags = releasedFlags(map.flags);
  if (request === attach) {
    // No flags yet: the bytes are reserved ones
    attach.isReservedZero &&= attach.flags === 0;
    attach.flags = 0;
  }
  return request;
}

function releasedFlags(flags: number): number {
  const isMmio = (flags & VIRTIO_IOMMU_MAP_F_MMIO) !== 0;
  const rest = withoutExec(flags) & ~VIRTIO_IOMMU_MAP_F_MMIO;
  return (isMmio ? rest | RELEASED_MAP_F_MMIO : rest) >>> 0;
}

// RESV_MEM of v0.4 and v0.5: an address and a size.

import type { RegionFormat } from '../codec.ts';
import { RESV_MEM_SUBTYPE } from '../protocol.ts';
import {
  RESV_MEM_SUBTYPES,
  rightsOf,
  type ReservedRegion,
} from '../../regions/reserved-regions.ts';
import { RESV_MEM_ADDR, RESV_MEM_FLAGS, RESV_MEM_SIZE_FIELD } from './protocol-2017.ts';

const U64_SPAN = 1n << 64n;

/** `sizeOf`: bytes of a region's property, which has flags when it is long enough. */
export function sizedRegionFormat(sizeOf: (region: ReservedRegion) => number): RegionFormat {
  return {
    sizeOf,
    canHold: (region) => lengthOf(region) < U64_SPAN,
    encode: (property, region) => {
      property.setUint8(RESV_MEM_SUBTYPE, RESV_MEM_SUBTYPES[region.kind]);
      property.setBigUint64(RESV_MEM_ADDR, region.start, true);
      property.setBigUint64(RESV_MEM_SIZE_FIELD, lengthOf(region), true);
      if (sizeOf(region) > RESV_MEM_FLAGS) {
        property.setUint32(RESV_MEM_FLAGS, rightsOf(region), true);
      }
    },
  };
}

function lengthOf({ start, end }: ReservedRegion): bigint {
  return end - start + 1n;
}

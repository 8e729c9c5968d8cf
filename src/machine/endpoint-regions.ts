// Reserved regions that the builder of a machine chooses for an endpoint, in plain numbers.

import type { ReservedRegion } from '../iommu/reserved-regions.ts';
import { toIova, type Iova } from '../memory/address.ts';

/** How a region of an endpoint's IOVA space is reserved. Bounds are inclusive; a device's own region is one of these. */
export type RegionChoice =
  | { readonly kind: 'reserved' | 'msi'; readonly start: bigint; readonly end: bigint }
  | {
      /** The endpoint reaches the same guest-physical addresses without a mapping. */
      readonly kind: 'identity';
      readonly start: bigint;
      readonly end: bigint;
      /** VIRTIO_IOMMU_MAP_F_READ and _WRITE: which accesses it lets through. */
      readonly flags: number;
    };

interface IdentityRegion {
  readonly kind: 'identity';
  readonly start: Iova;
  readonly end: Iova;
  readonly flags: number;
}

/** The region as the device takes it. */
export function toReservedRegion(choice: RegionChoice): ReservedRegion | IdentityRegion {
  return { ...choice, start: toIova(choice.start), end: toIova(choice.end) };
}

// Reserved regions that the builder of a machine chooses for its endpoints, in plain numbers.

import { withPlatformDoorbell, type ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import { toIova } from '../../memory/address.ts';
import { InputError } from '../images/guest-images.ts';
import { ENDPOINTS } from './topology.ts';

/** How a region of an endpoint's IOVA space is reserved; bounds are inclusive. A `ReservedRegion` is one of these. */
export type RegionChoice =
  | { readonly kind: 'reserved' | 'msi'; readonly start: bigint; readonly end: bigint }
  | {
      /** The endpoint reaches the same guest-physical addresses without a mapping. */
      readonly kind: 'identity';
      readonly start: bigint;
      readonly end: bigint;
      /** VIRTIO_IOMMU_MAP_F_READ (1) and VIRTIO_IOMMU_MAP_F_WRITE (2): which accesses it lets through. */
      readonly flags: number;
    };

/** Regions by endpoint ID. */
export type RegionChoices = Readonly<Record<number, readonly RegionChoice[]>>;

/** The region as the device takes it. */
export function toReservedRegion(choice: RegionChoice): ReservedRegion {
  return { ...choice, start: toIova(choice.start), end: toIova(choice.end) };
}

/** All regions of an endpoint: the chosen ones, and the platform's MSI region unless one of them takes its place. */
export function endpointRegions(
  choices: RegionChoices,
  endpoint: number,
): readonly ReservedRegion[] {
  return withPlatformDoorbell((choices[endpoint] ?? []).map(toReservedRegion));
}

/** Throws `InputError` for regions of an endpoint that the machine does not have. */
export function checkRegionOwners(choices: RegionChoices): void {
  const stranger = Object.keys(choices).find((id) =>
    ENDPOINTS.every((endpoint) => endpoint.id !== Number(id)),
  );
  if (stranger === undefined) return;
  const known = ENDPOINTS.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new InputError(
    `Reserved regions are given for endpoint ${stranger}, which this machine does not have. It has ${known}.`,
  );
}

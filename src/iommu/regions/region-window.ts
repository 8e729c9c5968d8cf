// Reserved regions as translation looks at them: stretches of IOVAs that the mappings of a domain do not decide about.

import type { AddressRange, Iova } from '../../memory/address.ts';
import { combineRegions, type RegionList } from './combination-table.ts';
import type { IdentityPolicy } from '../options.ts';
import { rightsOf, type ReservedRegion } from './reserved-regions.ts';

/** A stretch with VIRTIO_IOMMU_MAP_F_* of the accesses that are translated identically there; all others fault. */
export interface RegionWindow extends AddressRange<Iova> {
  readonly flags: number;
}

/** What an endpoint brings along, whatever domain it is in. */
export interface EndpointWindows {
  /** Its MSI region, of which it has at most one: writes into it are interrupt messages. */
  readonly doorbell: AddressRange<Iova> | undefined;
  /** What it can not access in bypass mode either; all else is identity there. */
  readonly refused: readonly RegionWindow[];
  /** Its windows in a domain; those of the domain that are not among them refuse it. Undefined: all are shared. */
  readonly own: readonly RegionWindow[] | undefined;
}

export const NO_WINDOWS: EndpointWindows = { doorbell: undefined, refused: [], own: undefined };

/** The windows of an endpoint with these regions. */
export function endpointWindows(regions: RegionList, policy: IdentityPolicy): EndpointWindows {
  return {
    doorbell: regions.find(({ kind }) => kind === 'msi'),
    refused: toWindows(regions.filter(({ kind }) => kind !== 'identity')),
    own: policy === 'per-endpoint' ? toWindows(regions) : undefined,
  };
}

/** The windows of a domain with these regions. */
export function toWindows(regions: RegionList): readonly RegionWindow[] {
  return regions.map((region: ReservedRegion) => ({
    start: region.start,
    end: region.end,
    flags: rightsOf(region),
  }));
}

/** The regions of all these endpoints in one domain; halves first, so that many lists cost little more than one. */
export function joinRegions(lists: readonly RegionList[]): RegionList {
  const [only] = lists;
  if (only === undefined) return [];
  if (lists.length === 1) return only;
  const middle = lists.length >> 1;
  return combineRegions(joinRegions(lists.slice(0, middle)), joinRegions(lists.slice(middle)));
}

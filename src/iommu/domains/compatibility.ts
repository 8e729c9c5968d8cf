// Whether an endpoint may join a domain as its reserved regions stand (virtio 1.2, 5.13.6.3.2), and whether a mapping
// may lie where reserved regions are (5.13.6.8.2, and the identity regions of the 2017 draft).

import { toIova, type AddressRange, type Iova } from '../../memory/address.ts';
import { combineRegions, hasOpenCell, type RegionList } from '../regions/combination-table.ts';
import type { Domain } from './domain.ts';
import type { Endpoint } from './endpoint-table.ts';
import { toMapping, type MappingWords } from '../store/mapping.ts';
import type { Mapping, MappingStore } from '../store/mapping-store.ts';
import { rightsOf } from '../regions/reserved-regions.ts';

/** How many mappings of a domain are looked at in one call of the store. */
const LIST_STEP = 64;

/** Whether the endpoint may be attached; any may to a bypass domain. Changes nothing. */
export function isCompatible(endpoint: Endpoint, domain: Domain, store: MappingStore): boolean {
  if (domain.isBypass) return true;
  // Judged pair by pair: joined regions would hide an endpoint without a region behind one with RESERVED, and the
  // verdict would depend on who came first
  const meetsOpenCell =
    domain.policy === 'reject' && domain.lists.some((list) => hasOpenCell(list, endpoint.reserved));
  return !meetsOpenCell && !collidesWithMappings(endpoint, domain, store);
}

/** Whether MAP may add this mapping to a domain. */
export function isMappable(mapping: MappingWords, { bounds, regions }: Domain): boolean {
  // Most mappings are told apart from regions by their words
  return !bounds.touches(mapping) || isBesideRegions(toMapping(mapping), regions);
}

/**
 * Whether a mapping may lie where these regions are: none but an identity region may be touched, and that only by an
 * identity mapping inside it that asks for no more than its rights, as a driver of the draft makes it.
 */
export function isBesideRegions(mapping: Mapping, regions: RegionList): boolean {
  const range = { start: mapping.virtStart, end: mapping.virtEnd };
  const touched = findTouched(regions, range);
  if (touched.length === 0) return true;
  if (BigInt(mapping.physStart) !== BigInt(mapping.virtStart)) return false;
  let next: bigint = range.start;
  for (const region of touched) {
    const isAllowed = region.kind === 'identity' && (mapping.flags & ~rightsOf(region)) === 0;
    if (!isAllowed || region.start > next) return false;
    next = region.end + 1n;
  }
  return next > range.end;
}

// A mapping at a newcomer's region would open that region to it, or be lost to the others - unless the domain had it as
// a mapping inside an identity region, or, where identity is shared, now has it there.
function collidesWithMappings(endpoint: Endpoint, domain: Domain, store: MappingStore): boolean {
  const after =
    domain.policy === 'per-endpoint'
      ? domain.regions
      : combineRegions(domain.regions, endpoint.reserved);
  return endpoint.reserved.some((region) => {
    if (!store.overlaps(domain.id, region)) return false;
    for (let from: bigint = region.start; ;) {
      const mappings = store.list(domain.id, toIova(from), LIST_STEP);
      const touching = mappings.filter(({ virtStart }) => virtStart <= region.end);
      if (touching.some((mapping) => !isInsideIdentity(mapping, after))) return true;
      const last = touching.at(-1);
      if (last === undefined || touching.length < LIST_STEP || last.virtEnd >= region.end) {
        return false;
      }
      from = last.virtEnd + 1n;
    }
  });
}

/** Whether a mapping touches regions, and only as it may. */
export function isInsideIdentity(mapping: Mapping, regions: RegionList): boolean {
  const range = { start: mapping.virtStart, end: mapping.virtEnd };
  return findTouched(regions, range).length > 0 && isBesideRegions(mapping, regions);
}

/** The regions that a range touches; a guest may ask for many ranges, and a host may set many regions. */
function findTouched(regions: RegionList, range: AddressRange<Iova>): RegionList {
  let low = 0;
  for (let high = regions.length; low < high;) {
    const middle = (low + high) >> 1;
    const region = regions[middle];
    if (region !== undefined && region.end < range.start) low = middle + 1;
    else high = middle;
  }
  let end = low;
  for (
    let next = regions[end];
    next !== undefined && next.start <= range.end;
    next = regions[end]
  ) {
    end += 1;
  }
  return regions.slice(low, end);
}

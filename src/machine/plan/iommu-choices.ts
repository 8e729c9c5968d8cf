// What was chosen of the machine's IOMMU, with defaults filled in, and checked before anything is built.

import { dialectOf } from '../../iommu/protocol/dialects.ts';
import { resolveOptions, type IommuOptions } from '../../iommu/options.ts';
import { RegionLists } from '../../iommu/regions/region-lists.ts';
import { checkRegionOwners, endpointRegions } from './endpoint-regions.ts';
import { InputError } from '../images/guest-images.ts';
import type { MachineOptions } from './machine-options.ts';
import { ENDPOINTS, HIGHEST_IOVA } from './topology.ts';

/** Everything about the machine's IOMMU device; throws `RangeError` in words for what can not be offered. */
export function machineIommuOptions({
  iommuOptions,
}: Pick<MachineOptions, 'iommuOptions'>): IommuOptions {
  return resolveOptions({ inputRange: { start: 0n, end: HIGHEST_IOVA }, ...iommuOptions });
}

/** Throws `InputError` for choices that make no device. */
export function checkIommuChoices(options: MachineOptions): void {
  checkRegionOwners(options.reservedRegions);
  try {
    const { dialect, probeSize } = machineIommuOptions(options);
    const lists = new RegionLists(probeSize, dialectOf(dialect).regionFormat);
    for (const { id } of ENDPOINTS) lists.prepare(endpointRegions(options.reservedRegions, id));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InputError(`The IOMMU can not be built as asked: ${cause.message}.`, { cause });
  }
}

// Reserved regions of a plan: from what JSON holds to the regions of each endpoint.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import { dialectOf } from '../../iommu/protocol/dialects.ts';
import { RegionLists } from '../../iommu/regions/region-lists.ts';
import {
  nameOf,
  withPlatformDoorbell,
  type ReservedKind,
  type ReservedRegion,
} from '../../iommu/regions/reserved-regions.ts';
import { toIova } from '../../memory/address.ts';
import { InputError } from '../images/guest-images.ts';
import type { MachinePlan, PlannedRegion } from './machine-plan.ts';
import {
  readChoice,
  readFields,
  readList,
  readRecord,
  readWhole,
  readWord,
  wordText,
} from './plan-fields.ts';
import { buildable } from './planned-iommu.ts';
import { ENDPOINTS, findEndpoint, type EndpointName } from './topology.ts';

const KINDS: readonly ReservedKind[] = ['reserved', 'msi', 'identity'];
const ALL_RIGHTS = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;

/** Regions by the endpoint's name; they may be given by its ID. */
export function readRegions(value: unknown, path: string): MachinePlan['reservedRegions'] {
  const regions: Partial<Record<EndpointName, readonly PlannedRegion[]>> = {};
  for (const [owner, list] of readRecord(value, path)) {
    const endpoint = findEndpoint(owner);
    if (endpoint === undefined) {
      const known = ENDPOINTS.map(({ id, name }) => `${id} (${name})`).join(', ');
      throw new InputError(
        `Reserved regions are given for endpoint ${owner}, which this machine does not have. It has ${known}.`,
      );
    }
    const { name } = endpoint;
    const at = `${path}.${name}`;
    const more = readList(list, at).map((region, index) => readRegion(region, `${at}[${index}]`));
    regions[name] = [...(regions[name] ?? []), ...more];
  }
  return regions;
}

function readRegion(value: unknown, path: string): PlannedRegion {
  const fields = readFields(value, path, ['kind', 'start', 'end', 'flags']);
  const kind = readChoice(fields.get('kind'), `${path}.kind`, KINDS);
  const region = {
    kind,
    start: wordText(readWord(fields.get('start'), `${path}.start`)),
    end: wordText(readWord(fields.get('end'), `${path}.end`)),
  };
  if (kind === 'identity') {
    return {
      ...region,
      flags: readWhole(fields.get('flags') ?? ALL_RIGHTS, `${path}.flags`, 1, ALL_RIGHTS),
    };
  }
  if (!fields.has('flags')) return region;
  throw new InputError(
    `The plan's ${path}.flags are the rights of an identity region, and this one is ${kind}. Leave them out.`,
  );
}

/** The region as the device takes it. */
export function toReservedRegion({ kind, start, end, flags }: PlannedRegion): ReservedRegion {
  const range = { start: toIova(BigInt(start)), end: toIova(BigInt(end)) };
  return kind === 'identity' ? { kind, ...range, flags: flags ?? ALL_RIGHTS } : { kind, ...range };
}

/** All regions of an endpoint: the chosen ones, and the platform's MSI region unless one of them takes its place. */
export function endpointRegions(
  { reservedRegions }: MachinePlan,
  endpoint: EndpointName,
): readonly ReservedRegion[] {
  return withPlatformDoorbell((reservedRegions[endpoint] ?? []).map(toReservedRegion));
}

/** Throws `InputError` for regions that the plan's device can not have. */
export function checkRegions(plan: MachinePlan): void {
  const { iommu, reservedRegions, endpoints } = plan;
  const { probeSize, dialect, pageSizeMask } = iommu;
  const lists = new RegionLists(probeSize, dialectOf(dialect).regionFormat);
  for (const { name } of ENDPOINTS) {
    const chosen = (reservedRegions[name] ?? []).map(toReservedRegion);
    if (chosen.length > 0 && !endpoints[name]) {
      throw new InputError(
        `The plan reserves regions of ${name} and leaves ${name} out. Leave out one of the two.`,
      );
    }
    buildable(() => lists.prepare(endpointRegions(plan, name)));
    chosen.forEach((region) => checkAlignment(region, name, BigInt(pageSizeMask)));
  }
}

/** A driver maps whole pages: of a page that a region holds in part it could use nothing. */
function checkAlignment(region: ReservedRegion, owner: string, pageSizeMask: bigint): void {
  const page = pageSizeMask & -pageSizeMask;
  const start = region.start - (region.start % page);
  const end = region.end - (region.end % page) + page - 1n;
  if (start === region.start && end === region.end) return;
  throw new InputError(
    `The ${nameOf(region)} of ${owner} cuts a page of ${page} bytes. Give whole pages: ${wordText(start)}-${wordText(end)}.`,
  );
}

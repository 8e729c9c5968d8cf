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
import { checkAll, refuseField } from './plan-problem.ts';
import { ENDPOINTS, findEndpoint, type EndpointName } from './topology.ts';

const KINDS: readonly ReservedKind[] = ['reserved', 'msi', 'identity'];
const ALL_RIGHTS = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;

/** Regions by the endpoint's name; they may be given by its ID. */
export function readRegions(value: unknown, path: string): MachinePlan['reservedRegions'] {
  const regions: Partial<Record<EndpointName, readonly PlannedRegion[]>> = {};
  const readers = [...readRecord(value, path)].map(([owner, list]) => () => {
    const name = ownerName(owner, path);
    const at = `${path}.${name}`;
    const before = regions[name] ?? [];
    const more = readList(list, at).map(
      (region, index) => () => readRegion(region, `${at}[${before.length + index}]`),
    );
    checkAll(...more);
    regions[name] = [...before, ...more.map((read) => read())];
  });
  checkAll(...readers);
  return regions;
}

function ownerName(owner: string, path: string): EndpointName {
  const endpoint = findEndpoint(owner);
  if (endpoint !== undefined) return endpoint.name;
  const known = ENDPOINTS.map(({ id, name }) => `${id} (${name})`).join(', ');
  return refuseField(
    `${path}.${owner}`,
    `Reserved regions are given for endpoint ${owner}, which this machine does not have. It has ${known}.`,
  );
}

function readRegion(value: unknown, path: string): PlannedRegion {
  const fields = readFields(value, path, ['kind', 'start', 'end', 'flags']);
  const kind = (): ReservedKind => readChoice(fields.get('kind'), `${path}.kind`, KINDS);
  const bound = (name: 'start' | 'end') => () =>
    wordText(readWord(fields.get(name), `${path}.${name}`));
  checkAll(kind, bound('start'), bound('end'));
  const region = { kind: kind(), start: bound('start')(), end: bound('end')() };
  if (region.kind === 'identity') {
    return {
      ...region,
      flags: readWhole(fields.get('flags') ?? ALL_RIGHTS, `${path}.flags`, 1, ALL_RIGHTS),
    };
  }
  if (!fields.has('flags')) return region;
  const advice = `are the rights of an identity region, and this one is ${region.kind}. Leave them out.`;
  return refuseField(`${path}.flags`, `These ${advice}`, `The plan's ${path}.flags ${advice}`);
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

/** Throws `PlanError` for regions that the plan's device can not have. */
export function checkRegions(plan: MachinePlan): void {
  const { probeSize, dialect } = plan.iommu;
  const lists = new RegionLists(probeSize, dialectOf(dialect).regionFormat);
  checkAll(
    ...ENDPOINTS.map(
      ({ name }) =>
        () =>
          checkOwnRegions(plan, name, lists),
    ),
  );
}

function checkOwnRegions(plan: MachinePlan, owner: EndpointName, lists: RegionLists): void {
  const path = `reservedRegions.${owner}`;
  const chosen = (plan.reservedRegions[owner] ?? []).map(toReservedRegion);
  if (chosen.length > 0 && !plan.endpoints[owner]) {
    refuseField(
      path,
      `The plan reserves regions of ${owner} and leaves ${owner} out. Leave out one of the two.`,
    );
  }
  try {
    lists.prepare(endpointRegions(plan, owner));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const words = `The IOMMU cannot be built as asked: ${cause.message}.`;
    refuseField(path, words, words, { cause });
  }
  const pageSizeMask = BigInt(plan.iommu.pageSizeMask);
  checkAll(
    ...chosen.map((region, index) => () => {
      checkAlignment(region, owner, pageSizeMask, `${path}[${index}]`);
    }),
  );
}

/** A driver maps whole pages: of a page that a region holds in part it could use nothing. */
function checkAlignment(
  region: ReservedRegion,
  owner: string,
  pageSizeMask: bigint,
  path: string,
): void {
  const page = pageSizeMask & -pageSizeMask;
  const start = region.start - (region.start % page);
  const end = region.end - (region.end % page) + page - 1n;
  if (start === region.start && end === region.end) return;
  refuseField(
    path,
    `The ${nameOf(region)} of ${owner} cuts a page of ${page} bytes. Give whole pages: ${wordText(start)}-${wordText(end)}.`,
  );
}

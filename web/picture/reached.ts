// Which memory the mappings of a moment lead to, domain by domain.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type { MappingColumns } from '../../src/trace/replay/lifetime.ts';
import type { Moment, MomentEndpoint } from '../../src/trace/replay/moment.ts';
import { joinRuns, PAGE_BYTES, pushRun, type Run } from './runs.ts';

const U32_SPAN = 0x1_0000_0000;
const PAGE_BITS = 12;
/** Pages that the upper half of an address counts. */
const HIGH_PAGES = U32_SPAN / PAGE_BYTES;
const RIGHTS = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;

/** What can be reached through one domain, while it is gathered. */
export class Reached {
  mappings = 0;
  /** IOVA pages that are mapped with any right. */
  readonly iova: Run[] = [];
  /** Bytes of RAM. */
  readonly ram: Run[] = [];
}

function iovaPage(high: number, low: number): number {
  return high * HIGH_PAGES + (low >>> PAGE_BITS);
}

/** Bytes of RAM that a row's mapping leads to; `first` lies behind `last` where there are none. */
function ramOf(columns: MappingColumns, at: number, memoryBytes: number): Run {
  const { startHigh, startLow, endHigh, endLow, gpaHigh, gpaLow } = columns;
  const first = (gpaHigh[at] ?? 0) * U32_SPAN + (gpaLow[at] ?? 0);
  const highs = (endHigh[at] ?? 0) - (startHigh[at] ?? 0);
  const last = first + highs * U32_SPAN + (endLow[at] ?? 0) - (startLow[at] ?? 0);
  return { first, last: Math.min(last, memoryBytes - 1) };
}

/** What each of these domains maps; mappings without any right let nothing through. */
export function gather(
  moment: Moment,
  domains: ReadonlySet<number>,
  memoryBytes: number,
): ReadonlyMap<number, Reached> {
  const { mappingColumns: columns } = moment;
  const { startHigh, startLow, endHigh, endLow } = columns;
  const found = new Map([...domains].map((domain) => [domain, new Reached()]));
  const hasRights = (at: number): boolean => ((columns.flags[at] ?? 0) & RIGHTS) !== 0;
  for (const [domain, reached] of found) {
    const places = moment.placesOf(domain);
    reached.mappings = places.length;
    for (const at of places) {
      if (!hasRights(at)) continue;
      const first = iovaPage(startHigh[at] ?? 0, startLow[at] ?? 0);
      pushRun(reached.iova, first, iovaPage(endHigh[at] ?? 0, endLow[at] ?? 0));
    }
  }
  for (const at of moment.placesByGpa) {
    const reached = found.get(columns.domain[at] ?? -1);
    if (reached === undefined || !hasRights(at)) continue;
    const { first, last } = ramOf(columns, at, memoryBytes);
    if (first <= last) pushRun(reached.ram, first, last);
  }
  return found;
}

/** RAM in regions that the device itself translates identically for these endpoints. */
export function identityRam(
  endpoints: readonly MomentEndpoint[],
  memoryBytes: number,
): readonly Run[] {
  let ram: readonly Run[] = [];
  for (const region of endpoints.flatMap(({ reserved }) => reserved)) {
    if (region.kind !== 'identity' || region.start >= BigInt(memoryBytes)) continue;
    const last = Math.min(Number(region.end), memoryBytes - 1);
    ram = joinRuns(ram, [{ first: Number(region.start), last }]);
  }
  return ram;
}

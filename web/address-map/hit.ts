// What of the address space map is at a place, and what that is in words.

import { formatAddress, formatRange, formatShortRange } from '../format/address.ts';
import { rightsInWords } from '../format/iommu-words.ts';
import { formatBytes, formatExact, formatPlural } from '../format/quantity.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import { addressAt, foldedBy } from './axis.ts';
import type { MapLayout, RegionBox } from './layout.ts';
import type { AddressSpace } from './space.ts';

export type MapPart =
  | { readonly kind: 'mapping'; readonly mapping: Lifetime; readonly address: bigint }
  /** Too narrow to be told apart. */
  | { readonly kind: 'crowd'; readonly count: number; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'fault'; readonly sequence: number; readonly address: bigint }
  | { readonly kind: 'region'; readonly region: RegionBox['kind']; readonly address: bigint }
  | { readonly kind: 'nothing'; readonly address: bigint }
  | { readonly kind: 'fold'; readonly start: bigint; readonly end: bigint };

/** The same for parts of which the same is said. */
export function partKey(part: MapPart): string {
  switch (part.kind) {
    case 'mapping': {
      const { virtStart, virtEnd, physStart, flags, born } = part.mapping;
      return ['mapping', virtStart, virtEnd, physStart, flags, born].join(' ');
    }
    case 'crowd':
    case 'fold': {
      const count = part.kind === 'crowd' ? part.count : '';
      return [part.kind, part.start, part.end, count].join(' ');
    }
    case 'fault':
      return `fault ${part.sequence}`;
    case 'region':
      return `region ${part.region} ${part.address}`;
    case 'nothing':
      return `nothing ${part.address}`;
  }
}

const FAULT_PX = 6;
/** The mark of a fault is at the top of the map: below it is what lies at its address. */
const FAULT_BOTTOM = 40;

function pageOf(address: bigint): bigint {
  return address - (address % BigInt(PAGE_BYTES));
}

export function mapPartAt(
  layout: MapLayout,
  space: AddressSpace,
  x: number,
  y = Infinity,
): MapPart | null {
  const { runs } = space;
  const place = addressAt(layout.window, x);
  if (place === null) return null;
  const near = layout.faults.find((each) => Math.abs(each.x - x) <= FAULT_PX);
  const fault = space.faults.find(({ fault: { sequence } }) => sequence === near?.sequence)?.fault;
  if (fault !== undefined && y < FAULT_BOTTOM) {
    return { kind: 'fault', sequence: fault.sequence, address: fault.address };
  }
  if (place.kind === 'fold') return { kind: 'fold', ...foldedBy(layout.window.axis, place.before) };
  const bar = layout.bars.find((each) => each.x <= x && x < each.x + Math.max(1, each.width));
  const { address } = place;
  if (bar !== undefined && bar.count > 1) {
    const start = runs.startOf(bar.index);
    return { kind: 'crowd', count: bar.count, start, end: runs.endOf(bar.index + bar.count - 1) };
  }
  if (bar !== undefined) return { kind: 'mapping', mapping: runs.get(bar.index), address };
  return partOf(space, address);
}

/** What is at an address. */
export function partOf(space: AddressSpace, address: bigint): MapPart {
  const index = space.runs.at(address);
  if (index >= 0) return { kind: 'mapping', mapping: space.runs.get(index), address };
  const region = space.regions.find(({ start, end }) => start <= address && address <= end);
  if (region !== undefined) return { kind: 'region', region: region.kind, address };
  const { inputRange } = space;
  const isOutside = inputRange !== null && (address < inputRange.start || address > inputRange.end);
  if (isOutside) return { kind: 'region', region: 'outside', address };
  return { kind: 'nothing', address: pageOf(address) };
}

const REGION_SENTENCES: Readonly<Record<RegionBox['kind'], string>> = {
  reserved: 'reserved: Linux may not map it, and accesses are stopped',
  msi: 'the interrupt (MSI) window: what is written here is an interrupt and never reaches memory',
  identity: 'an identity region: the IOMMU itself translates it to the same address',
  outside: 'beyond the addresses that the IOMMU translates',
};

/** What is known of the MAP that made a mapping; null where that is nothing. */
export type MakerOf = (sequence: number) => string | null;

export interface MapWords {
  readonly makerOf: MakerOf;
  readonly faultSentence: (sequence: number) => string | null;
}

/** The mapping in one line. */
export function mappingWords(mapping: Lifetime, makerOf: MakerOf): string {
  const { virtStart, virtEnd, physStart, flags, born } = mapping;
  const size = formatBytes(virtEnd - virtStart + 1n);
  const where = `${formatShortRange(virtStart, virtEnd)} (${size}) leads to memory at ${formatAddress(physStart)}`;
  const maker = born === null ? null : makerOf(born);
  const made =
    born === null ? 'made before the record begins' : `made by event #${formatExact(born)}`;
  return `${where}, ${rightsInWords(flags)}; ${made}${maker === null ? '' : `, ${maker}`}`;
}

export function mapPartWords(part: MapPart, { makerOf, faultSentence }: MapWords): string {
  switch (part.kind) {
    case 'mapping':
      return mappingWords(part.mapping, makerOf);
    case 'crowd':
      return `${formatPlural(part.count, 'mapping')} at ${formatRange(part.start, part.end)}: zoom in to tell them apart`;
    case 'fault':
      return (
        faultSentence(part.sequence) ?? `An access at ${formatAddress(part.address)} was stopped.`
      );
    case 'region':
      return `${formatAddress(part.address)} is ${REGION_SENTENCES[part.region]}`;
    case 'nothing':
      return `${formatShortRange(part.address, part.address + BigInt(PAGE_BYTES - 1))}: nothing is mapped, an access is stopped`;
    case 'fold':
      return `${formatRange(part.start, part.end)}: nothing is mapped in these ${formatBytes(part.end - part.start + 1n)}, so they are folded`;
  }
}

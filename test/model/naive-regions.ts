// What reserved regions say of an address (virtio 1.2, 5.13.6.8, and the combination table of the 2017 draft): asked
// address by address. Nothing is prepared, merged or remembered.

import { LAST_ADDRESS } from './naive-numbers.ts';

/** An inclusive range of addresses. */
export interface NaiveRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** `flags`: the rights in an identity region, 0 in the others. */
export interface NaiveRegion extends NaiveRange {
  readonly kind: 'msi' | 'reserved' | 'identity';
  readonly flags: number;
}

/** What holds at one address. */
export interface Saying {
  readonly kind: 'none' | NaiveRegion['kind'];
  readonly flags: number;
}

/** The table is the higher of the two in this order, as it is for any number of regions. */
const ORDER = ['none', 'msi', 'reserved', 'identity'] as const;

/** What any number of regions, of one endpoint or of many, together say of an address. */
export function sayingAt(regions: readonly NaiveRegion[], address: bigint): Saying {
  let kind: Saying['kind'] = 'none';
  let flags = 0;
  for (const region of regions) {
    if (address < region.start || address > region.end) continue;
    if (ORDER.indexOf(region.kind) > ORDER.indexOf(kind)) kind = region.kind;
    flags |= region.flags;
  }
  return { kind, flags };
}

/** The addresses of start..end at which one of the ranges begins or has just ended, and `start` itself; ascending. */
export function cutsWithin(ranges: readonly NaiveRange[], { start, end }: NaiveRange): bigint[] {
  const cuts = ranges.flatMap((range) => [range.start, range.end + 1n]);
  const inside = cuts.filter((cut) => start < cut && cut <= end);
  return [...new Set([start, ...inside])].sort((one, other) => (one < other ? -1 : 1));
}

/** The first address after `from` at which one of the ranges begins or has just ended; one past `last` at most. */
export function nextCut(ranges: readonly NaiveRange[], from: bigint, last: bigint): bigint {
  let next = last + 1n;
  for (const { start, end } of ranges) {
    if (start > from && start < next) next = start;
    if (end >= from && end + 1n < next) next = end + 1n;
  }
  return next;
}

/** The same regions as a list without overlaps, by ascending address; neighbours that say the same are one. */
export function listOf(regions: readonly NaiveRegion[]): readonly NaiveRegion[] {
  const list: NaiveRegion[] = [];
  const cuts = cutsWithin(regions, { start: 0n, end: LAST_ADDRESS });
  cuts.forEach((start, index) => {
    const { kind, flags } = sayingAt(regions, start);
    if (kind === 'none') return;
    const end = (cuts[index + 1] ?? LAST_ADDRESS + 1n) - 1n;
    const last = list.at(-1);
    const isMore = last?.kind === kind && last.flags === flags && last.end + 1n === start;
    if (isMore) list.splice(-1, 1, { ...last, end });
    else list.push({ kind, flags, start, end });
  });
  return list;
}

/** Bytes of the RESV_MEM properties that tell of the regions: 24 each, and 32 with the rights of an identity region. */
export function bytesOfProperties(list: readonly NaiveRegion[]): number {
  return list.reduce((sum, { kind }) => sum + (kind === 'identity' ? 32 : 24), 0);
}

/** Whether an endpoint may have these regions (virtio 1.2, 5.13.6.8.2): one MSI region, and all fit into a reply. */
export function canPresent(regions: readonly NaiveRegion[], probeSize: number): boolean {
  const list = listOf(regions);
  return (
    list.filter(({ kind }) => kind === 'msi').length <= 1 && bytesOfProperties(list) <= probeSize
  );
}

/**
 * Whether a mapping may lie at addresses of which the regions say something: only if all of it lies at identity
 * addresses, it is an identity mapping, and it asks for no more than the rights there.
 */
export function isIdentityInside(
  regions: readonly NaiveRegion[],
  range: NaiveRange,
  { phys, flags }: { readonly phys: bigint; readonly flags: number },
): boolean {
  if (phys !== range.start) return false;
  return cutsWithin(regions, range).every((address) => {
    const here = sayingAt(regions, address);
    return here.kind === 'identity' && (flags & ~here.flags) === 0;
  });
}

/** Whether the regions say anything of any address of a range. */
export function isTouched(regions: readonly NaiveRegion[], range: NaiveRange): boolean {
  return cutsWithin(regions, range).some((address) => sayingAt(regions, address).kind !== 'none');
}

/** Whether one of two endpoints has identity at an address of which the other says nothing. */
export function hasOpenAddress(
  one: readonly NaiveRegion[],
  other: readonly NaiveRegion[],
): boolean {
  return cutsWithin([...one, ...other], { start: 0n, end: LAST_ADDRESS }).some((address) => {
    const kinds = [sayingAt(one, address).kind, sayingAt(other, address).kind];
    return kinds.includes('identity') && kinds.includes('none');
  });
}

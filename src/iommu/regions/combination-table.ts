// What becomes of reserved regions that meet at an address: the combination table of the 2017 draft.
//
// The table speaks of two endpoints of one domain, and in the same way of two regions of one endpoint. Without the
// open cell it is the higher of the two in the order none < msi < reserved < identity, so neither order nor repetition
// of the regions matters.

import { toIova, type AddressRange, type Iova } from '../../memory/address.ts';
import { rightsOf, type ReservedKind, type ReservedRegion } from './reserved-regions.ts';

/** What one endpoint says of an address. */
export type RegionCell = 'none' | ReservedKind;

/** `by-policy`: one endpoint must reach memory there and the other should not (`IdentityPolicy`). */
export type Combination = RegionCell | 'by-policy';

/**
 * Rows and columns are the two endpoints. RESERVED and MSI are RESERVED: an MSI region is a reserved one with a hint
 * for interrupts. IDENTITY wins over both: one endpoint can not do without it, and the other does not go there.
 */
export const COMBINATION_TABLE: Readonly<
  Record<RegionCell, Readonly<Record<RegionCell, Combination>>>
> = {
  none: { none: 'none', reserved: 'reserved', msi: 'msi', identity: 'by-policy' },
  reserved: { none: 'reserved', reserved: 'reserved', msi: 'reserved', identity: 'identity' },
  msi: { none: 'msi', reserved: 'reserved', msi: 'msi', identity: 'identity' },
  identity: {
    none: 'by-policy',
    reserved: 'identity',
    msi: 'identity',
    identity: 'identity',
  },
};

/** Regions by ascending address that do not overlap; neighbours of one kind and equal rights are one. */
export type RegionList = readonly ReservedRegion[];

/** A stretch where neither of two lists changes, with what each says of it. */
export interface RegionPiece extends AddressRange<Iova> {
  readonly one: ReservedRegion | undefined;
  readonly other: ReservedRegion | undefined;
}

/** The pieces, in order, that the boundaries of both lists cut the covered addresses into. */
export function cutIntoPieces(one: RegionList, other: RegionList): readonly RegionPiece[] {
  const cuts = [...one, ...other].flatMap(({ start, end }) => [start as bigint, end + 1n]);
  const points = [...new Set(cuts)].sort((a, b) => (a < b ? -1 : 1));
  const findOne = walk(one);
  const findOther = walk(other);
  return points.flatMap((point, index) => {
    const next = points[index + 1];
    if (next === undefined) return [];
    const start = toIova(point);
    const piece = { start, end: toIova(next - 1n), one: findOne(start), other: findOther(start) };
    return piece.one === undefined && piece.other === undefined ? [] : [piece];
  });
}

/** Both lists in one, piece by piece as the table says; an open cell becomes identity, whoever then may use it. */
export function combineRegions(one: RegionList, other: RegionList): RegionList {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const combined: ReservedRegion[] = [];
  for (const piece of cutIntoPieces(one, other)) {
    const result = COMBINATION_TABLE[piece.one?.kind ?? 'none'][piece.other?.kind ?? 'none'];
    const flags = rights(piece.one) | rights(piece.other);
    if (result !== 'none') appendRegion(combined, regionOf(result, piece, flags));
  }
  return combined;
}

/** Any regions, overlapping or not, as a list. */
export function mergeRegions(regions: readonly ReservedRegion[]): RegionList {
  return regions.reduce<RegionList>((merged, region) => combineRegions(merged, [region]), []);
}

/**
 * Whether two endpoints in one domain would meet at an open cell: an identity region of one at an address of which
 * the other says nothing.
 */
export function hasOpenCell(one: RegionList, other: RegionList): boolean {
  return cutIntoPieces(one, other).some((piece) => {
    const row = COMBINATION_TABLE[piece.one?.kind ?? 'none'];
    return row[piece.other?.kind ?? 'none'] === 'by-policy';
  });
}

function rights(region: ReservedRegion | undefined): number {
  return region === undefined ? 0 : rightsOf(region);
}

function regionOf(
  kind: ReservedKind | 'by-policy',
  { start, end }: AddressRange<Iova>,
  flags: number,
): ReservedRegion {
  return kind === 'reserved' || kind === 'msi'
    ? { kind, start, end }
    : { kind: 'identity', start, end, flags };
}

/** Appends a region that lies behind all others, joining it to the last where they are alike and touch. */
function appendRegion(regions: ReservedRegion[], region: ReservedRegion): void {
  const last = regions.at(-1);
  const isMore =
    last !== undefined &&
    last.kind === region.kind &&
    last.end + 1n === region.start &&
    rightsOf(last) === rightsOf(region);
  if (isMore) regions[regions.length - 1] = { ...last, end: region.end };
  else regions.push(region);
}

/** Finds the region that holds an address; must be asked for ascending addresses. */
function walk(list: RegionList): (address: Iova) => ReservedRegion | undefined {
  let index = 0;
  return (address) => {
    for (let each = list[index]; each !== undefined && each.end < address; each = list[index]) {
      index += 1;
    }
    const region = list[index];
    return region !== undefined && region.start <= address ? region : undefined;
  };
}

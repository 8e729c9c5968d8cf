// The address space map as rows of a table: made from the same layout.

import { formatAddress, formatShortRange } from '../format/address.ts';
import { rightsInWords } from '../format/iommu-words.ts';
import { formatBytes, formatExact, formatPlural } from '../format/quantity.ts';
import { addressAt, foldedBy } from './axis.ts';
import type { MakerOf, MapPart } from './hit.ts';
import type { MapLayout, RegionBox } from './layout.ts';
import type { AddressSpace } from './space.ts';

export interface MapRow {
  readonly key: string;
  readonly addresses: string;
  readonly what: string;
  readonly who: string;
  /** What it selects; null for nothing. */
  readonly pick: MapPart | null;
}

/** Rows of mappings at most. */
const MOST_ROWS = 200;

const REGIONS: Readonly<Record<RegionBox['kind'], string>> = {
  reserved: 'reserved region',
  msi: 'interrupt (MSI) window',
  identity: 'identity region',
  outside: 'not translated by the IOMMU',
};

function mappingRow(space: AddressSpace, index: number, makerOf: MakerOf): MapRow {
  const mapping = space.runs.get(index);
  const { virtStart, virtEnd, physStart, flags, born } = mapping;
  const size = formatBytes(virtEnd - virtStart + 1n);
  const maker = born === null ? null : makerOf(born);
  const event = born === null ? 'before the record' : `event #${formatExact(born)}`;
  return {
    key: `m${virtStart}`,
    addresses: formatShortRange(virtStart, virtEnd),
    what: `${size} to memory at ${formatAddress(physStart)}, ${rightsInWords(flags)}`,
    who: maker === null ? event : `${event}, ${maker}`,
    pick: { kind: 'mapping', mapping, address: virtStart },
  };
}

/** `more`: mappings that have no row. */
export function mapRows(
  layout: MapLayout,
  space: AddressSpace,
  makerOf: MakerOf,
): { readonly rows: readonly MapRow[]; readonly more: number } {
  const { runs, faults, regions } = space;
  const shown = layout.bars.reduce((sum, { count }) => sum + count, 0);
  const rows: { readonly at: bigint; readonly row: MapRow }[] = [];
  for (const { index, count } of layout.bars) {
    for (let each = index; each < index + count && rows.length < MOST_ROWS; each += 1) {
      rows.push({ at: runs.startOf(each), row: mappingRow(space, each, makerOf) });
    }
  }
  const more = shown - rows.length;
  const [first, last] = [0, layout.window.width].map((x) => addressAt(layout.window, x));
  const from = first?.kind === 'address' ? first.address : 0n;
  const to = last?.kind === 'address' ? last.address : layout.window.axis.limits.end;
  for (const { start, end, kind } of regions) {
    if (end < from || start > to) continue;
    const addresses = formatShortRange(start, end);
    const what = REGIONS[kind];
    rows.push({ at: start, row: { key: `r${start}`, addresses, what, who: '', pick: null } });
  }
  for (const { before } of layout.folds) {
    const { start, end } = foldedBy(layout.window.axis, before);
    const addresses = formatShortRange(start, end);
    const what = `nothing is mapped, ${formatBytes(end - start + 1n)} folded`;
    rows.push({ at: start, row: { key: `f${start}`, addresses, what, who: '', pick: null } });
  }
  for (const { sequence, count } of layout.faults) {
    const fault = faults.find((each) => each.fault.sequence === sequence)?.fault;
    if (fault === undefined) continue;
    const { address } = fault;
    const what = `${formatPlural(count, 'access', 'accesses')} stopped`;
    const pick: MapPart = { kind: 'fault', sequence, address };
    const who = `event #${formatExact(sequence)}`;
    rows.push({
      at: address,
      row: { key: `x${sequence}`, addresses: formatAddress(address), what, who, pick },
    });
  }
  const sorted = rows.toSorted((one, other) =>
    one.at < other.at ? -1 : one.at > other.at ? 1 : 0,
  );
  return { rows: sorted.map(({ row }) => row), more };
}

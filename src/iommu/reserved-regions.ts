// Regions of an endpoint's IOVA space that no MAP may use (virtio 1.2, 5.13.6.8).

import type { AddressRange, Iova } from '../memory/address.ts';
import { toIova } from '../memory/address.ts';
import { highWord, lowWord } from '../base/words.ts';
import {
  RESV_MEM_SIZE,
  VIRTIO_IOMMU_RESV_MEM_T_MSI,
  VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
} from './protocol.ts';

/** `reserved`: accesses fault. `msi`: writes are interrupts and go to the doorbell, never to memory. */
export type ReservedKind = 'reserved' | 'msi';

export interface ReservedRegion extends AddressRange<Iova> {
  readonly kind: ReservedKind;
}

/** Wire subtype of each kind. */
export const RESV_MEM_SUBTYPES: Readonly<Record<ReservedKind, number>> = {
  reserved: VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
  msi: VIRTIO_IOMMU_RESV_MEM_T_MSI,
};

/** The doorbell of x86's local APICs. Without an MSI region Linux would set 1 MiB of low IOVAs aside for one. */
export const X86_MSI_REGION: ReservedRegion = {
  kind: 'msi',
  start: toIova(0xfee0_0000n),
  end: toIova(0xfeef_ffffn),
};

/** A region with its bounds as halves, for the DMA path. */
export interface RegionWindow {
  readonly kind: ReservedKind;
  readonly startHigh: number;
  readonly startLow: number;
  readonly endHigh: number;
  readonly endLow: number;
}

export function toWindow({ kind, start, end }: ReservedRegion): RegionWindow {
  return {
    kind,
    startHigh: highWord(start),
    startLow: lowWord(start),
    endHigh: highWord(end),
    endLow: lowWord(end),
  };
}

/** Whether two inclusive ranges share an address. */
export function doRangesOverlap(a: AddressRange<Iova>, b: AddressRange<Iova>): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/**
 * The regions in address order; throws `RangeError` for a set that a device should not present: overlapping ones or
 * a second MSI region (virtio 1.2, 5.13.6.8.2), or more than `probeSize` bytes of properties hold.
 */
export function checkRegions(
  regions: readonly ReservedRegion[],
  probeSize: number,
): readonly ReservedRegion[] {
  const sorted = regions.toSorted((a, b) => (a.start < b.start ? -1 : 1));
  sorted.forEach((region, index) => {
    const next = sorted[index + 1];
    if (region.start > region.end) throw new RangeError(`${name(region)} ends before it starts`);
    if (next !== undefined && doRangesOverlap(region, next)) {
      throw new RangeError(`${name(region)} overlaps ${name(next)}`);
    }
  });
  if (sorted.filter(({ kind }) => kind === 'msi').length > 1) {
    throw new RangeError('an endpoint has at most one MSI region');
  }
  if (sorted.length * RESV_MEM_SIZE > probeSize) {
    throw new RangeError(`${sorted.length} reserved regions do not fit into ${probeSize} bytes`);
  }
  return sorted;
}

function name({ kind, start, end }: ReservedRegion): string {
  return `${kind} region 0x${start.toString(16)}-0x${end.toString(16)}`;
}

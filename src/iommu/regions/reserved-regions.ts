// Regions of an endpoint's IOVA space that are not the driver's to map freely (virtio 1.2, 5.13.6.8, and the 2017 draft).

import type { AddressRange, Iova } from '../../memory/address.ts';
import { toIova } from '../../memory/address.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_RESV_MEM_T_IDENTITY,
  VIRTIO_IOMMU_RESV_MEM_T_MSI,
  VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
} from '../protocol/protocol.ts';

/**
 * `reserved`: accesses fault. `msi`: writes are interrupts and go to the doorbell, never to memory. `identity`: what
 * firmware left the endpoint using; the device itself translates it identically, in every domain of the endpoint.
 */
export type ReservedKind = 'reserved' | 'msi' | 'identity';

/** An inclusive range of IOVAs with its kind. */
export type ReservedRegion = AddressRange<Iova> &
  (
    | { readonly kind: 'reserved' | 'msi' }
    | {
        readonly kind: 'identity';
        /** The rights there: VIRTIO_IOMMU_MAP_F_READ and VIRTIO_IOMMU_MAP_F_WRITE, at least one of them. */
        readonly flags: number;
      }
  );

/** Wire subtype of each kind. */
export const RESV_MEM_SUBTYPES: Readonly<Record<ReservedKind, number>> = {
  reserved: VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
  msi: VIRTIO_IOMMU_RESV_MEM_T_MSI,
  identity: VIRTIO_IOMMU_RESV_MEM_T_IDENTITY,
};

const IDENTITY_RIGHTS = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;

/** The doorbell of x86's local APICs. Without an MSI region Linux would set 1 MiB of low IOVAs aside for one. */
export const X86_MSI_REGION: ReservedRegion = {
  kind: 'msi',
  start: toIova(0xfee0_0000n),
  end: toIova(0xfeef_ffffn),
};

/** The chosen regions of an endpoint, and the platform's MSI region unless one of them takes its place. */
export function withPlatformDoorbell(chosen: readonly ReservedRegion[]): readonly ReservedRegion[] {
  return chosen.some(({ kind }) => kind === 'msi') ? chosen : [X86_MSI_REGION, ...chosen];
}

/** Rights of a region: those of an identity region, none for the others. */
export function rightsOf(region: ReservedRegion): number {
  return region.kind === 'identity' ? region.flags : 0;
}

/** Throws `RangeError` in words for a region that makes no sense by itself. */
export function checkRegion(region: ReservedRegion): void {
  if (region.start > region.end) {
    throw new RangeError(`${nameOf(region)} ends before it starts`);
  }
  if (region.kind !== 'identity') return;
  if ((region.flags & ~IDENTITY_RIGHTS) !== 0 || region.flags === 0) {
    throw new RangeError(`${nameOf(region)} needs the right to read, to write, or both`);
  }
}

/** A region in an error's words. */
export function nameOf({ kind, start, end }: ReservedRegion): string {
  return `${kind} region 0x${start.toString(16)}-0x${end.toString(16)}`;
}

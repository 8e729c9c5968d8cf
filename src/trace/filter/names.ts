// Names that fields are compared with, and the numbers that they stand for.

import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_DEVERR,
  VIRTIO_IOMMU_S_FAULT,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_IOERR,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../iommu/protocol/protocol.ts';
import type { EVENT_KINDS } from '../record/event-kinds.ts';
import type { Mark } from '../record/marks.ts';

export type EventKind = (typeof EVENT_KINDS)[number];
export type MarkKind = Mark['kind'];

/** A kind of event by its name here, and by the word that exports have for it. */
export const EVENT_NAMES = {
  attach: 'attached',
  detach: 'detached',
  map: 'mapped',
  unmap: 'unmapped',
  probe: 'probed',
  ignored: 'ignored',
  fault: 'faulted',
  'bypass-changed': 'bypass-changed',
  started: 'started',
  reset: 'reset',
  'system-reset': 'system-reset',
  'power-cycled': 'power-cycled',
} as const satisfies Record<string, EventKind>;

/** Kinds of marks have the same names everywhere. */
export const MARK_NAMES: readonly MarkKind[] = [
  'console',
  'stage',
  'access',
  'doorbell',
  'sample',
  'power',
  'gone-to',
  'gap',
];

export const STATUS_NAMES: Readonly<Record<string, number>> = {
  ok: VIRTIO_IOMMU_S_OK,
  ioerr: VIRTIO_IOMMU_S_IOERR,
  unsupp: VIRTIO_IOMMU_S_UNSUPP,
  deverr: VIRTIO_IOMMU_S_DEVERR,
  inval: VIRTIO_IOMMU_S_INVAL,
  range: VIRTIO_IOMMU_S_RANGE,
  noent: VIRTIO_IOMMU_S_NOENT,
  fault: VIRTIO_IOMMU_S_FAULT,
  nomem: VIRTIO_IOMMU_S_NOMEM,
};

/** Reasons of a fault (virtio 1.2, 5.13.6.9). */
export const REASON_NAMES: Readonly<Record<string, number>> = {
  unknown: 0,
  domain: VIRTIO_IOMMU_FAULT_R_DOMAIN,
  mapping: VIRTIO_IOMMU_FAULT_R_MAPPING,
};

/** Bits of `flags`, and the kinds of events whose flags have them. A fault's read and write are the bits of a MAP. */
export const FLAG_NAMES: Readonly<
  Record<string, { readonly bit: number; readonly of: readonly EventKind[] }>
> = {
  read: { bit: VIRTIO_IOMMU_MAP_F_READ, of: ['mapped', 'faulted'] },
  write: { bit: VIRTIO_IOMMU_MAP_F_WRITE, of: ['mapped', 'faulted'] },
  mmio: { bit: VIRTIO_IOMMU_MAP_F_MMIO, of: ['mapped'] },
  bypass: { bit: VIRTIO_IOMMU_ATTACH_F_BYPASS, of: ['attached'] },
  address: { bit: VIRTIO_IOMMU_FAULT_F_ADDRESS, of: ['faulted'] },
};

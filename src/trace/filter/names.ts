// Names that fields are compared with, and the numbers that they stand for.

import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import { STATUS_NAMES } from '../../iommu/protocol/status-names.ts';
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
  'bus-master': 'master-changed',
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
  'notification',
  'sample',
  'counters',
  'power',
  'gone-to',
  'gap',
];

/** In small letters, as all words here are. */
export const STATUS_VALUES: Readonly<Record<string, number>> = Object.fromEntries(
  [...STATUS_NAMES].map(([status, name]) => [name.toLowerCase(), status]),
);

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

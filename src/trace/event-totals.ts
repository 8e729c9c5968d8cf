// How often each thing happened: requests by type, whatever their status, and faults.

import type { IommuEvent } from '../iommu/iommu-event.ts';
import { VIRTIO_IOMMU_S_OK } from '../iommu/protocol.ts';

export interface EventTotals {
  /** Requests the device answered, whatever the status. */
  readonly attach: number;
  readonly detach: number;
  readonly map: number;
  readonly unmap: number;
  readonly probe: number;
  /** Requests of unknown type or too small for theirs. */
  readonly ignored: number;
  /** Requests among the above that were answered with another status than OK. */
  readonly rejected: number;
  /** Accesses that were stopped. */
  readonly faults: number;
}

export const NO_TOTALS: EventTotals = {
  attach: 0,
  detach: 0,
  map: 0,
  unmap: 0,
  probe: 0,
  ignored: 0,
  rejected: 0,
  faults: 0,
};

/** The total that an event counts in; undefined for changes of the device itself. */
const TOTAL_OF: Readonly<Partial<Record<IommuEvent['kind'], keyof EventTotals>>> = {
  attached: 'attach',
  detached: 'detach',
  mapped: 'map',
  unmapped: 'unmap',
  probed: 'probe',
  ignored: 'ignored',
  faulted: 'faults',
};

/** The totals after one more event. */
export function addToTotals(totals: EventTotals, event: IommuEvent): EventTotals {
  const name = TOTAL_OF[event.kind];
  if (name === undefined) return totals;
  const isRejected = 'status' in event && event.status !== VIRTIO_IOMMU_S_OK;
  return {
    ...totals,
    [name]: totals[name] + 1,
    rejected: totals.rejected + (isRejected ? 1 : 0),
  };
}

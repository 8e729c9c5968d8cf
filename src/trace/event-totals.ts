// How often each thing happened: requests by type, whatever their status, and faults.

import type { IommuEvent } from '../iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_S_OK } from '../iommu/protocol/protocol.ts';
import type { EventColumns } from './record/event-columns.ts';
import { EVENT_KINDS, KIND_CODES } from './record/event-kinds.ts';

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

/** The same by the code of the kind. */
const TOTAL_OF_CODE = EVENT_KINDS.map((kind) => TOTAL_OF[kind]);
const FAULTED = KIND_CODES.get('faulted');

/** Counts events. */
export class EventCounter {
  readonly #totals: { -readonly [Name in keyof EventTotals]: number } = { ...NO_TOTALS };

  /** A copy of the totals so far. */
  get totals(): EventTotals {
    return { ...this.#totals };
  }

  add(event: IommuEvent): void {
    const name = TOTAL_OF[event.kind];
    if (name === undefined) return;
    this.#totals[name] += 1;
    if ('status' in event && event.status !== VIRTIO_IOMMU_S_OK) this.#totals.rejected += 1;
  }

  /** Counts the first `count` rows of columns. */
  addRows({ kind, status }: EventColumns, count: number): void {
    const counts = new Uint32Array(EVENT_KINDS.length);
    let rejected = 0;
    for (let at = 0; at < count; at += 1) {
      const code = kind[at] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
      const isRequest = TOTAL_OF_CODE[code] !== undefined && code !== FAULTED;
      if (isRequest && status[at] !== VIRTIO_IOMMU_S_OK) rejected += 1;
    }
    for (const [code, name] of TOTAL_OF_CODE.entries()) {
      if (name !== undefined) this.#totals[name] += counts[code] ?? 0;
    }
    this.#totals.rejected += rejected;
  }

  /** Goes on from other totals. */
  restore(totals: EventTotals): void {
    Object.assign(this.#totals, totals);
  }
}

// What became of a stopped access's address later: the MAP that came too late, as soon as it has happened at the moment that is
// looked at. Reasons tell only what was known when the access was stopped; this is told beside them.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { FaultEvent, Numbered } from '../../src/iommu/events/iommu-event.ts';
import { LaterMaps, type LaterMap } from '../inspector/later-map.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { FaultsView } from '../model/views.ts';
import type { FramePacer } from './frame-pacer.ts';

export interface HindsightPorts {
  readonly latest: () => Pick<MachineModel, 'history'>;
  readonly pacer: Pick<FramePacer, 'frame'>;
  /** The event after which nothing is known: the moment that is looked at; Infinity for the present. */
  readonly until: ReadonlySignal<number>;
  /** Those of the moment that is looked at. */
  readonly faults: ReadonlySignal<FaultsView>;
}

export class Hindsight {
  /** By the sequence of the fault. The same object while nothing has changed. */
  readonly ofShown: ReadonlySignal<ReadonlyMap<number, LaterMap>>;
  readonly #ports: HindsightPorts;
  readonly #maps = new LaterMaps();

  constructor(ports: HindsightPorts) {
    this.#ports = ports;
    let before: ReadonlyMap<number, LaterMap> = new Map();
    this.ofShown = computed(() => {
      const found = ports.faults.value.list.flatMap(({ fault }) => {
        const later = this.of(fault);
        return later === null ? [] : ([[fault.sequence, later]] as const);
      });
      const isKnown = found.every(([sequence, later]) => before.get(sequence) === later);
      if (!isKnown || found.length !== before.size) before = new Map(found);
      return before;
    });
  }

  /** Null where there is none until the moment that is looked at. Whoever computes with it is told of changes. */
  of(fault: FaultEvent & Numbered): LaterMap | null {
    const { latest, pacer, until } = this.#ports;
    void pacer.frame.value;
    const later = this.#maps.of(latest().history, fault);
    return later === null || later.sequence > until.value ? null : later;
  }
}

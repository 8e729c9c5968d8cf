// What the address space map is given: the space of the domain that is shown, at the moment that is shown.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { MappingRuns } from '../address-map/mapping-runs.ts';
import { spaceOf, type AddressSpace } from '../address-map/space.ts';
import type { FaultRecord, MachineModel } from '../model/machine-model.ts';
import type { ShownMoment } from './shown-moment.ts';

export interface AddressSpacePorts {
  readonly shown: ShownMoment;
  /** What is known now. */
  readonly latest: () => MachineModel;
  readonly domain: ReadonlySignal<number | null>;
  /** Faults until then. */
  readonly faults: ReadonlySignal<{ readonly list: readonly FaultRecord[] }>;
}

export interface SpaceView {
  readonly space: AddressSpace;
  /** What it is of: another one is another machine. */
  readonly life: unknown;
}

/** Null where no domain is shown. */
export function addressSpaceView(ports: AddressSpacePorts): ReadonlySignal<SpaceView | null> {
  const { shown, latest, domain, faults } = ports;
  const own = computed(() => {
    const id = domain.value;
    return id === null ? NONE : ownFaults(faults.value.list, id);
  });
  return computed(() => {
    const moment: Moment | null = shown.value.value;
    const id = domain.value;
    if (moment === null || id === null) return null;
    const { history } = latest();
    const inputRange = history?.record.head.device?.inputRange ?? null;
    const space = shown.spend(() =>
      spaceOf({
        domain: id,
        runs: new MappingRuns(moment.mappingColumns, moment.placesOf(id)),
        regions: moment.domain(id)?.reserved ?? [],
        inputRange,
        faults: own.value,
        isIncomplete: moment.missing !== null,
      }),
    );
    return { space, life: history };
  });
}

const NONE: readonly FaultRecord[] = [];

function ownFaults(list: readonly FaultRecord[], domain: number): readonly FaultRecord[] {
  const own = list.filter(({ fault }) => fault.domain === domain);
  return own.length === 0 ? NONE : own;
}

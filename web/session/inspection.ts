// What the inspector shows: the thing that is selected, at the moment that is looked at.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { printLocator, type Locator } from '../model/locator.ts';
import { inspect } from '../inspector/inspect.ts';
import type { Inspected } from '../inspector/inspected.ts';
import type { ShownMoment } from './shown-moment.ts';

export interface InspectionPorts {
  readonly chosen: ReadonlySignal<Locator | null>;
  readonly shown: ShownMoment;
  /** The IOMMU as the panes show it. */
  readonly device: ReadonlySignal<IommuState | null>;
  readonly latest: () => Pick<MachineModel, 'history'>;
}

/** Null while nothing is selected, or nothing is known of the machine. */
export function inspection(ports: InspectionPorts): ReadonlySignal<Inspected | null> {
  const { chosen, shown, device, latest } = ports;
  let made: { readonly key: readonly unknown[]; readonly view: Inspected } | undefined;
  return computed(() => {
    const locator = chosen.value;
    if (locator === null) return null;
    const moment = shown.value.value;
    const { history } = latest();
    if (history === undefined || moment === null) return null;
    // Only these have counters, which change all the time
    const counts = locator.kind === 'endpoint' || locator.kind === 'domain';
    const state = counts ? device.value : null;
    const key = [printLocator(locator), moment, state, history];
    const isSame = made?.key.every((each, index) => each === key[index]) === true;
    if (made !== undefined && isSame) return made.view;
    // A part of the pace of moments: of a busy guest both are made less often
    const view = shown.spend(() => inspect({ history, moment, state }, locator));
    made = { key, view };
    return view;
  });
}

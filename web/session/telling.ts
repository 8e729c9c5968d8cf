// The fault whose story is told: the one that is selected, or the latest of the moment that is looked at.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { FaultEvent, Numbered } from '../../src/iommu/events/iommu-event.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import { taleOf, type FaultTale } from '../inspector/fault-tale.ts';
import type { Locator } from '../model/locator.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { FaultsView } from '../model/views.ts';
import type { Hindsight } from './hindsight.ts';

export interface TellingPorts {
  readonly chosen: ReadonlySignal<Locator | null>;
  /** Faults of the moment that is looked at. */
  readonly faults: ReadonlySignal<FaultsView>;
  readonly stories: ReadonlySignal<ReadonlyMap<number, EventStory>>;
  readonly latest: () => Pick<MachineModel, 'history'>;
  readonly hindsight: Pick<Hindsight, 'of'>;
}

export interface Told {
  readonly tale: FaultTale;
  /** Whether it was chosen, and another one is the latest. */
  readonly isOlder: boolean;
}

/** Null while nothing was stopped. */
export function telling(ports: TellingPorts): ReadonlySignal<Told | null> {
  const { chosen, faults, stories, latest, hindsight } = ports;
  let made: { readonly key: readonly unknown[]; readonly told: Told } | undefined;
  return computed(() => {
    const newest = faults.value.list[0]?.fault.sequence;
    const { history } = latest();
    if (history === undefined) return null;
    const wanted = chosen.value?.kind === 'event' ? chosen.value.sequence : undefined;
    const fault = faultOf(history, wanted) ?? faultOf(history, newest);
    if (fault === undefined) return null;
    const { sequence } = fault;
    const story = stories.value.get(sequence);
    const later = hindsight.of(fault);
    const isOlder = sequence !== newest;
    const key = [history, sequence, story, later, isOlder];
    if (made?.key.every((each, index) => each === key[index]) === true) return made.told;
    const tale = taleOf(history, sequence, story, later);
    if (tale === undefined) return null;
    made = { key, told: { tale, isOlder } };
    return made.told;
  });
}

function faultOf(
  { record }: NonNullable<MachineModel['history']>,
  sequence: number | undefined,
): (FaultEvent & Numbered) | undefined {
  const event = sequence === undefined ? undefined : record.event(sequence)?.event;
  return event?.kind === 'faulted' ? event : undefined;
}

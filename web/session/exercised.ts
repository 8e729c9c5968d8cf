// Which rules this record has exercised: the causes of its faults and refused requests up to the moment that is looked at.
// They are looked for only while somebody shows them.

import { computed, type ReadonlySignal } from '@preact/signals';
import { Refusals } from '../inspector/refusals.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { NOTHING_EXERCISED, type Exercised } from '../model/requirements-view.ts';
import type { FramePacer } from './frame-pacer.ts';

export interface ExercisedPorts {
  readonly latest: () => Pick<MachineModel, 'history'>;
  readonly pacer: FramePacer;
  /** The event after which nothing is known: the moment that is looked at; Infinity for the present. */
  readonly until: ReadonlySignal<number>;
}

export function exercisedRules(ports: ExercisedPorts): ReadonlySignal<Exercised> {
  const { latest, pacer } = ports;
  let refusals: Refusals | undefined;
  let of: MachineModel['history'];
  let before = NOTHING_EXERCISED;
  return computed(() => {
    void pacer.frame.value;
    const { history } = latest();
    if (history !== of) {
      refusals?.dispose();
      refusals = history === undefined ? undefined : new Refusals(history);
      of = history;
    }
    if (refusals === undefined) return NOTHING_EXERCISED;
    if (refusals.look()) pacer.ask();
    const until = ports.until.value;
    const { all } = refusals;
    const isComplete = refusals.isCompleteUntil(until);
    const made = all.filter(({ sequence }) => sequence <= until);
    const isSame = before.refusals.length === made.length && before.isComplete === isComplete;
    if (!isSame || before.refusals.at(-1) !== made.at(-1)) before = { refusals: made, isComplete };
    return before;
  });
}

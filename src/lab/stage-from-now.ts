// A stage of the guest's start that is still to come: one that was reached before does not count.

import { GUEST_STAGES, type GuestStage } from '../machine/boot-watch.ts';

/** The stage now, as far as it belongs to a start that had not come to `wanted` when this was called; else the first one. */
export function stageFromNow(wanted: GuestStage, stage: () => GuestStage): () => GuestStage {
  const isBefore = (): boolean => GUEST_STAGES.indexOf(stage()) < GUEST_STAGES.indexOf(wanted);
  let hasBeenBefore = isBefore();
  return () => {
    hasBeenBefore ||= isBefore();
    return hasBeenBefore ? stage() : GUEST_STAGES[0];
  };
}

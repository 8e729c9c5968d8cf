// A sweep of a session's machine.

import type { Machine } from '../machine/machine.ts';
import { sweep, type SweepOptions, type SweepResult } from '../lab/sweep.ts';
import { sweepTarget } from '../lab/sweep-target.ts';
import { endpointId, type GuestRogueRequest } from './endpoint-id.ts';
import type { GuestIommu } from './guest-iommu.ts';

export interface GuestSweepOptions extends Omit<SweepOptions, 'endpoints'> {
  /** Names or IDs; default: all that are plugged in. */
  readonly endpoints?: readonly GuestRogueRequest['endpoint'][] | undefined;
}

/** As `GuestSession.sweep`. */
export async function sweepGuest(
  machine: Machine,
  iommu: GuestIommu,
  { endpoints, ...options }: GuestSweepOptions,
): Promise<SweepResult> {
  const ids = endpoints?.map((each) => endpointId(each));
  const target = sweepTarget(machine);
  return machine.whileStill(() => sweep(target, iommu.present(), { ...options, endpoints: ids }));
}

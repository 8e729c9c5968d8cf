// A machine as the target of a sweep.

import { InputError } from '../machine/images/guest-images.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import { iommuOptionsOf } from '../machine/plan/planned-iommu.ts';
import { endpointRegions } from '../machine/plan/planned-regions.ts';
import { pluggedEndpoints } from '../machine/plan/topology.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { PhysicalMemory } from '../memory/address-space.ts';
import type { SweepTarget } from './sweep.ts';

/** What is used of a machine. */
export interface SweptMachine {
  readonly plan: MachinePlan;
  readonly iommu: VirtioIommu | undefined;
  readonly memory: PhysicalMemory;
}

/** Throws `InputError` for a machine without an IOMMU. */
export function sweepTarget({ plan, iommu, memory }: SweptMachine): SweepTarget {
  if (iommu === undefined) {
    throw new InputError(
      'This machine has no IOMMU: every device reaches all of its memory, and there is nothing to sweep.',
    );
  }
  return {
    iommu,
    memory,
    options: iommuOptionsOf(plan),
    endpoints: pluggedEndpoints(plan).map(({ id, name }) => ({
      id,
      name,
      reserved: endpointRegions(plan, name),
    })),
  };
}

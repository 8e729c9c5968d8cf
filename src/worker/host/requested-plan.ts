// From what the page asks for to the plan of a machine.

import type { MachinePlan } from '../../machine/plan/machine-plan.ts';
import { readPlan } from '../../machine/plan/plan-check.ts';
import { parsePlanParameter } from '../../machine/plan/plan-json.ts';
import type { BootRequest } from '../api/power.ts';

/** Whether nothing is chosen. */
export function asksForUsual({ plan, iommu }: BootRequest): boolean {
  return iommu === null && typeof plan !== 'string' && Object.keys(plan).length === 0;
}

/** The whole plan. Throws `InputError` for one that can not be. */
export function requestedPlan({ plan, iommu }: BootRequest): MachinePlan {
  const base = readPlan(typeof plan === 'string' ? parsePlanParameter(plan) : plan);
  return iommu === null ? base : readPlan({ ...base, iommu: { ...base.iommu, mode: iommu } });
}

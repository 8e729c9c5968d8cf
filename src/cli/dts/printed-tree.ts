// What `viommu dts` prints.

import { deviceTreeSource } from '../../machine/plan/device-tree.ts';
import { describeMachine } from '../../machine/plan/machine-description.ts';
import { DEFAULT_PLAN } from '../../machine/plan/plan-check.ts';
import { readPlanFile } from '../plan-file.ts';
import type { DtsArguments } from './dts-arguments.ts';

/** The machine as device-tree source. Rejects with `InputError` for a plan that can not be. */
export async function printedTree({ iommu, planFile }: DtsArguments): Promise<string> {
  const plan = planFile === undefined ? DEFAULT_PLAN : await readPlanFile(planFile);
  return deviceTreeSource(describeMachine(plan, iommu));
}

// The plan that `viommu boot --print-plan` prints.

import { sharedFiles } from '../../machine/images/shared-files.ts';
import { pinPlan } from '../../machine/plan/pinned-plan.ts';
import { readPlan } from '../../machine/plan/plan-check.ts';
import { planText } from '../../machine/plan/plan-json.ts';
import { ownChecksums } from '../../guest/guest-files.ts';
import { readMachine } from '../chosen-machine.ts';
import type { MachineArguments } from '../machine-options.ts';

/** The whole plan as text, with the user's files by their checksums. Rejects with `InputError`. */
export async function printedPlan(args: MachineArguments): Promise<string> {
  const { plan, share, ...files } = await readMachine(args);
  const checksums = {
    images: await ownChecksums(files),
    share: share && sharedFiles(share).checksums,
  };
  return planText(pinPlan(readPlan(plan), checksums));
}

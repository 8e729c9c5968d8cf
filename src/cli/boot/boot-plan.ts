// The machine of `viommu boot`: a plan from a file, and what other options choose on top of it.

import { sharedFiles } from '../../machine/images/shared-files.ts';
import type { PlanChoices } from '../../machine/plan/machine-plan.ts';
import { pinPlan } from '../../machine/plan/pinned-plan.ts';
import { overlay, readPlan } from '../../machine/plan/plan-check.ts';
import { planText } from '../../machine/plan/plan-json.ts';
import { ownChecksums, type OwnImages } from '../../guest/guest-files.ts';
import { readShare } from '../../guest/share-files.ts';
import { readPlanFile } from '../plan-file.ts';
import type { BootArguments } from './boot-arguments.ts';

/** What a session is given of its machine. */
interface BootMachine extends OwnImages {
  readonly plan: PlanChoices;
  readonly share: Readonly<Record<string, Uint8Array>> | undefined;
}

/** Reads what the arguments name. Rejects with `InputError`. */
export async function readBootMachine(args: BootArguments): Promise<BootMachine> {
  const { planFile, choices, files, sharePath } = args;
  const plan = planFile === undefined ? choices : overlay(await readPlanFile(planFile), choices);
  const share = sharePath === undefined ? undefined : await readShare(sharePath);
  return { plan, ...files, share };
}

/** The whole plan as text, with the user's files by their checksums. Rejects with `InputError`. */
export async function printedPlan(args: BootArguments): Promise<string> {
  const { plan, share, ...files } = await readBootMachine(args);
  const checksums = {
    images: await ownChecksums(files),
    share: share && sharedFiles(share).checksums,
  };
  return planText(pinPlan(readPlan(plan), checksums));
}

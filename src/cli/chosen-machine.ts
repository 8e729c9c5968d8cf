// The machine that a command's options choose: a plan from a file, and what other options choose on top of it.

import { readShare } from '../guest/share-files.ts';
import type { OwnImages } from '../guest/guest-files.ts';
import type { PlanChoices } from '../machine/plan/machine-plan.ts';
import { overlay } from '../machine/plan/plan-check.ts';
import type { MachineArguments } from './machine-options.ts';
import { readPlanFile } from './plan-file.ts';

/** What a session is given of its machine. */
export interface ChosenMachine extends OwnImages {
  readonly plan: PlanChoices;
  readonly share: Readonly<Record<string, Uint8Array>> | undefined;
}

/** Reads what the arguments name. Rejects with `InputError`. */
export async function readMachine(args: MachineArguments): Promise<ChosenMachine> {
  const { planFile, choices, files, sharePath } = args;
  const plan = planFile === undefined ? choices : overlay(await readPlanFile(planFile), choices);
  const share = sharePath === undefined ? undefined : await readShare(sharePath);
  return { plan, ...files, share };
}

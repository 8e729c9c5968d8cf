// `--plan`: a file with a plan.

import { readInput } from '../guest/guest-files.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import { parsePlan } from '../machine/plan/plan-json.ts';

/** The whole plan in a file. Rejects with `InputError`. */
export async function readPlanFile(path: string): Promise<MachinePlan> {
  const bytes = await readInput(path, 'plan');
  return parsePlan(new TextDecoder().decode(bytes), `The plan ${path}`);
}

// What a recording belongs to: without the same of all this the same inputs do not give the same bytes.

import { InputError } from '../images/guest-images.ts';
import { CLOCK_CONSTANTS } from '../plan/clock-constants.ts';
import type { MachinePlan } from '../plan/machine-plan.ts';
import { readPlan } from '../plan/plan-check.ts';
import { CODE_PAGES, TESTED_V86_VERSION } from '../v86/v86-internals.ts';

/** Another one whenever the same inputs come to other instructions: 4 does not wait for an answer that is there. */
const RECORDING_VERSION = 4;

export interface RecordingHead {
  readonly version: number;
  /** Version of the emulator, the guest pages in one translated function, and what its clock is made of. */
  readonly v86: string;
  readonly codePages: number;
  readonly instructionNs: number;
  readonly readNs: number;
  /** The machine, with every file by its checksum. */
  readonly plan: MachinePlan;
}

/** The head of a recording that this program makes. Throws `InputError` for a machine whose runs never come again. */
export function headOf(plan: MachinePlan): RecordingHead {
  if (plan.clock === 'host') {
    throw new InputError(
      'A machine on the host’s clock cannot be recorded, since nothing of it comes again. Give it the guest’s own clock.',
    );
  }
  return {
    version: RECORDING_VERSION,
    v86: TESTED_V86_VERSION,
    codePages: CODE_PAGES,
    ...CLOCK_CONSTANTS,
    plan,
  };
}

/** What a recording was made with that this program does not have, in words. */
const NEEDS: readonly (readonly [key: keyof Omit<RecordingHead, 'plan'>, words: string])[] = [
  ['version', 'format'],
  ['v86', 'version of v86'],
  ['codePages', 'number of guest pages in a translated function'],
  ['instructionNs', 'nanoseconds an instruction'],
  ['readNs', 'nanoseconds a look at the clock'],
];

/** The head, from what stands in a file. Throws `InputError` for a recording that can not be replayed here. */
export function checkHead(value: unknown): RecordingHead {
  const own = headOf(readPlan({}));
  const found = new Map<string, unknown>(Object.entries(Object(value)));
  for (const [key, words] of NEEDS) {
    if (found.get(key) === own[key]) continue;
    throw new InputError(
      `The recording was made with another ${words}: ${String(found.get(key))}, and this program has ${own[key]}. Replay it with the program that made it.`,
    );
  }
  return { ...own, plan: readPlan(found.get('plan')) };
}

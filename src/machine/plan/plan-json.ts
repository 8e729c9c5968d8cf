// A plan as text: JSON, and the forms of it that fit into the address of a page.

import { jsonErrorOf } from '../../base/json-error.ts';
import { InputError } from '../images/guest-images.ts';
import type { MachinePlan } from './machine-plan.ts';
import { readPlan } from './plan-check.ts';
import { decodeParameter } from './plan-parameter.ts';

/** The whole plan of a JSON text. Throws `InputError`; `what` names the text, as in "The plan". */
export function parsePlan(text: string, what = 'The plan'): MachinePlan {
  return readPlan(parseJson(text, what));
}

/** Objects and lists in each other: a plan has four. What is much deeper grows with the square of its depth when it is shown. */
const MOST_LEVELS = 32;

/** What a JSON text holds. Throws `InputError` that says where it is none, or what no plan has. */
export function parseJson(text: string, what: string): unknown {
  const value = parsed(text, what);
  const problem = problemOf(value);
  if (problem !== null) throw new InputError(`${what} ${problem}`);
  return value;
}

function problemOf(root: unknown): string | null {
  let level: readonly unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_LEVELS) {
      return `has more than ${MOST_LEVELS} objects and lists in each other. No field of a plan is that deep.`;
    }
    // JSON can write what no double can hold: 1e999
    if (level.some((each) => typeof each === 'number' && !Number.isFinite(each))) {
      return 'has a number that is too large. Write 64-bit numbers in quotes, such as "0xfee00000".';
    }
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
  }
  return null;
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const place = jsonErrorOf(text);
    const where = place === undefined ? '' : ` at line ${place.line}, column ${place.column}`;
    const reason = place?.reason ?? (cause instanceof Error ? cause.message : String(cause));
    throw new InputError(
      `${what} is not JSON${where}: ${reason}. Example: {"memoryMiB": 256, "append": "quiet"}`,
      { cause },
    );
  }
}

/** The plan for people to read and change. */
export function planText(plan: MachinePlan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** The plan in a page's address: JSON, or base64url of it. Throws `InputError`. */
export function parsePlanParameter(text: string): MachinePlan {
  const what = "The page's ?plan=";
  return parsePlan(decodeParameter(text, what), what);
}

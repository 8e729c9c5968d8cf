// A plan as text: JSON, and the forms of it that fit into the address of a page.

import { InputError } from '../images/guest-images.ts';
import type { MachinePlan } from './machine-plan.ts';
import { readPlan } from './plan-check.ts';

/** The whole plan of a JSON text. Throws `InputError`; `what` names the text, as in "The plan". */
export function parsePlan(text: string, what = 'The plan'): MachinePlan {
  return readPlan(parseJson(text, what));
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `${what} is not JSON: ${reason}. Example: {"memoryMiB": 256, "append": "quiet"}`,
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
  if (/^\s*\{/.test(text) || !/^[A-Za-z0-9_-]+=*$/.test(text)) return parsePlan(text, what);
  try {
    const bytes = Uint8Array.from(
      atob(text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')),
      (character) => character.charCodeAt(0),
    );
    return parsePlan(new TextDecoder('utf-8', { fatal: true }).decode(bytes), what);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${what} is neither JSON nor base64url of it. Copy the address again.`, {
      cause,
    });
  }
}

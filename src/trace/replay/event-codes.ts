// Kinds of events as the columns have them.

import { assert } from '../../base/assert.ts';
import { KIND_CODES, type EVENT_KINDS } from '../record/event-kinds.ts';

function codeOf(kind: (typeof EVENT_KINDS)[number]): number {
  const code = KIND_CODES.get(kind);
  assert(code !== undefined, `events of kind ${kind} have a code`);
  return code;
}

export const ATTACHED = codeOf('attached');
export const DETACHED = codeOf('detached');
export const MAPPED = codeOf('mapped');
export const UNMAPPED = codeOf('unmapped');
export const IGNORED = codeOf('ignored');
export const FAULTED = codeOf('faulted');
export const BYPASS_CHANGED = codeOf('bypass-changed');
export const MASTER_CHANGED = codeOf('master-changed');
export const STARTED = codeOf('started');
export const RESET = codeOf('reset');
export const SYSTEM_RESET = codeOf('system-reset');
export const POWER_CYCLED = codeOf('power-cycled');

// The functions on a stack that was kept.

import { readBacktrace, type BacktraceFrame } from './backtrace.ts';
import type { Symbols } from './symbol-table.ts';
import { WALK_ADDRESSES, WALK_EXACT, WALK_WORDS } from './walk-layout.ts';

/** What is kept of a walk. */
export interface KeptStack {
  /** As a walk leaves them, the innermost first. */
  readonly addresses: Uint32Array;
  /** Whether the innermost one is the instruction that reached the device. */
  readonly isInnermostCertain: boolean;
}

/** The innermost first; without symbols, or where none lies below, they have no names. */
export function framesOf(
  { addresses, isInnermostCertain }: KeptStack,
  symbols: Symbols | undefined,
): readonly BacktraceFrame[] {
  const words = new Uint32Array(Math.max(WALK_WORDS, WALK_ADDRESSES + addresses.length));
  words[0] = isInnermostCertain ? WALK_EXACT : 0;
  words.set(addresses, WALK_ADDRESSES);
  return readBacktrace(words, WALK_ADDRESSES + addresses.length, symbols).frames;
}

// A walk, read: which task, and which functions of the kernel.

import type { Symbols } from './symbol-table.ts';
import {
  COMM_WORDS,
  MAX_ADDRESSES,
  WALK_ADDRESSES,
  WALK_COMM,
  WALK_CUT,
  WALK_EXACT,
  WALK_FLAGS,
  WALK_INTERRUPT,
  WALK_INTERRUPTED_HERE,
  WALK_PID,
  WALK_TASK,
  WALK_TGID,
  WALK_USER,
} from './walk-layout.ts';

/** A task of the guest's. */
export interface GuestTask {
  /** The kernel's number of it, which programs call a thread's. */
  readonly pid: number;
  /** What programs call a process's number. */
  readonly tgid: number;
  /** At most 15 bytes; each stands for one character. */
  readonly comm: string;
}

/** One function on the stack. */
export interface BacktraceFrame {
  /** The raw address, a return address unless `isInstruction`. */
  readonly address: number;
  readonly isInstruction: boolean;
  /** Undefined when there are no symbols, or none lies below. */
  readonly name: string | undefined;
  /** Bytes from the function's start to the address. */
  readonly offset: number;
  /** An interrupt or exception came in after this one, and led to the ones before it. */
  readonly isInterrupted: boolean;
}

export interface Backtrace {
  /** Undefined when the kernel's profile is not known. */
  readonly task: GuestTask | undefined;
  /** In an interrupt: the task is the one that was interrupted, and has nothing to do with it. */
  readonly isInInterrupt: boolean;
  /** A program made the access itself. */
  readonly isUser: boolean;
  /** The first frame is the instruction that did it; else the innermost functions are not known. */
  readonly isExact: boolean;
  /** There were more than MAX_ADDRESSES. */
  readonly isCut: boolean;
  /** The innermost first. */
  readonly frames: readonly BacktraceFrame[];
}

/** Reads a walk of `length` words. Words that no walk left are read as they are; nothing throws. */
export function readBacktrace(
  words: Uint32Array,
  length: number,
  symbols: Symbols | undefined,
): Backtrace {
  const flags = words[WALK_FLAGS] ?? 0;
  const isExact = (flags & WALK_EXACT) !== 0;
  const end = Math.min(length, words.length, WALK_ADDRESSES + MAX_ADDRESSES);
  const frames: BacktraceFrame[] = [];
  let isInstruction = isExact;
  let isInterrupted = false;
  for (let index = WALK_ADDRESSES; index < end; index += 1) {
    const address = words[index] ?? 0;
    if (address === WALK_INTERRUPTED_HERE) {
      isInstruction = true;
      isInterrupted = true;
      continue;
    }
    // A call may be a function's last instruction: the return address is then in the next function.
    const place = symbols?.at(isInstruction ? address : address - 1);
    const offset = place === undefined ? 0 : place.offset + (isInstruction ? 0 : 1);
    frames.push({ address, isInstruction, name: place?.name, offset, isInterrupted });
    isInstruction = false;
    isInterrupted = false;
  }
  return {
    task: (flags & WALK_TASK) === 0 ? undefined : readTask(words),
    isInInterrupt: (flags & WALK_INTERRUPT) !== 0,
    isUser: (flags & WALK_USER) !== 0,
    isExact,
    isCut: (flags & WALK_CUT) !== 0,
    frames,
  };
}

function readTask(words: Uint32Array): GuestTask {
  let comm = '';
  for (let index = 0; index < COMM_WORDS * 4; index += 1) {
    const byte = ((words[WALK_COMM + (index >>> 2)] ?? 0) >>> ((index & 3) * 8)) & 0xff;
    if (byte === 0) break;
    comm += String.fromCharCode(byte);
  }
  return { pid: words[WALK_PID] ?? 0, tgid: words[WALK_TGID] ?? 0, comm };
}

// A backtrace in words.

import type { Backtrace, BacktraceFrame } from './backtrace.ts';

/** "virtqueue_kick+0x1c", or the raw address. */
export function frameWords({ name, offset, address }: BacktraceFrame): string {
  return name === undefined ? `0x${address.toString(16)}` : `${name}+0x${offset.toString(16)}`;
}

/** Who it was, in one line: "task dd (pid 83)". */
export function taskWords({ task, isInInterrupt }: Backtrace): string {
  if (task === undefined) return 'task not known';
  const words = `task ${task.comm} (pid ${task.tgid}${task.pid === task.tgid ? '' : `, thread ${task.pid}`})`;
  return isInInterrupt ? `an interrupt, while ${words} ran` : words;
}

/** What a reader must know of a backtrace before trusting it; empty when there is nothing. */
export function backtraceCaveats(trace: Backtrace): readonly string[] {
  const { frames, isExact, isCut, isUser } = trace;
  if (isUser) return ['A program made the access itself, without the kernel.'];
  if (frames.length === 0) {
    return ['No stack can be read: the kernel has no frame pointers, or does not run yet.'];
  }
  const caveats: string[] = [];
  if (frames.every(({ name }) => name === undefined)) {
    caveats.push('This kernel has no symbols here: the addresses are raw.');
  }
  if (!isExact) caveats.push('The innermost functions are not known.');
  if (isCut) caveats.push('There are more callers.');
  return caveats;
}

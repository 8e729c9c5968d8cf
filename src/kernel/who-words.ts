// A backtrace in words.

import type { Backtrace, BacktraceFrame, GuestTask } from './backtrace.ts';

/** "virtqueue_kick+0x1c", or the raw address. */
export function frameWords({ name, offset, address }: BacktraceFrame): string {
  return name === undefined ? `0x${address.toString(16)}` : `${name}+0x${offset.toString(16)}`;
}

/** "dd (pid 83)", or the interrupt that came while it ran and has nothing to do with it. */
export function taskWords({ pid, tgid, comm }: GuestTask, isInterrupted: boolean): string {
  const thread = pid === tgid ? '' : `, thread ${pid}`;
  const words = `${comm} (pid ${tgid}${thread})`;
  return isInterrupted ? `an interrupt, while ${words} ran` : words;
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

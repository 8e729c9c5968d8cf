// How a process that runs a guest is started.

import { availableParallelism } from 'node:os';

/** Node's own choice, whatever the machine. */
const DEFAULT_COMPILER_THREADS = 4;

/**
 * V8 compiles the guest's translated code on threads of its own. When they outnumber the other CPUs, the guest waits
 * for a CPU longer than it runs, and how long is chance: so it is left one.
 */
export function guestProcessFlags(): readonly string[] {
  const threads = Math.max(1, Math.min(DEFAULT_COMPILER_THREADS, availableParallelism() - 1));
  return [`--v8-pool-size=${threads}`];
}

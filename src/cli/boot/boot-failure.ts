// Why a run of `viommu boot` did not succeed, for programs.

import { GuestError } from '../../guest/guest-error.ts';
import { EXIT_USAGE, exitStatusOf, messageOf } from '../exit-status.ts';
import { Interrupted } from '../stop-signals.ts';

/** `--timeout` is over. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  constructor(ms: number) {
    super(`Stopped after ${ms / 1000} s, as --timeout asks for.`);
  }
}

/** The command that a run ended in, and what it had printed. */
export interface UnfinishedCommand {
  readonly command: string;
  readonly output: string;
}

export interface BootFailure {
  /**
   * `input`: a file or option is wrong; `timeout`; `interrupted` by a signal; `command`: one ended with another exit code
   * than 0; `stalled`, `panicked`, `power-cycled`, `powered-off`, `crashed`: what became of the guest; `error`: ours.
   */
  readonly kind: 'input' | 'timeout' | 'interrupted' | 'command' | GuestError['failure'] | 'error';
  readonly message: string;
  /** The command that failed, or that was running; null for none. */
  readonly command: string | null;
  /** All that it had printed. */
  readonly output: string | null;
}

/** The failure that an error stands for. */
export function failureOf(error: unknown, running: UnfinishedCommand | undefined): BootFailure {
  return {
    kind: kindOf(error),
    message: messageOf(error),
    command: running?.command ?? null,
    output: running?.output ?? null,
  };
}

function kindOf(error: unknown): BootFailure['kind'] {
  if (error instanceof GuestError) return error.failure;
  if (error instanceof TimedOut) return 'timeout';
  if (error instanceof Interrupted) return 'interrupted';
  return exitStatusOf(error) === EXIT_USAGE ? 'input' : 'error';
}

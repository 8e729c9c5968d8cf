// A shell of the guest for programs: a command, and what came of it.

import type { CommandResult } from '../../shell/command-shell.ts';

export interface ShellApi {
  /**
   * Runs a command in the shell of the guest's agent, beside the console, one at a time. Rejects with an error for the user
   * where there is no agent, when too many wait, when a command prints more than 16 MiB, and when the guest starts afresh
   * or is taken elsewhere in time before it is over.
   */
  run(command: string): Promise<CommandResult>;
}

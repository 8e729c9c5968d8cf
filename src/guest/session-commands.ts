// Runs a session's commands, one after the other.

import type { CommandResult } from '../shell/command-shell.ts';
import { GuestError } from './guest-error.ts';
import type { SessionLife } from './session-life.ts';
import type { RunOptions } from './session-options.ts';
import type { SessionShells } from './session-shells.ts';
import type { SessionWaits } from './session-waits.ts';

export class SessionCommands {
  readonly #shells: SessionShells;
  readonly #life: SessionLife;
  readonly #waits: SessionWaits;
  #isRunning = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(shells: SessionShells, life: SessionLife, waits: SessionWaits) {
    this.#shells = shells;
    this.#life = life;
    this.#waits = waits;
  }

  /** Throws while a command runs: one that is saved has nobody who waits for its end. */
  checkIdle(): void {
    if (this.#isRunning) throw new Error('a guest cannot be saved while it runs a command');
  }

  /** Runs a command when the ones before have ended; `waitForBoot` is called if the guest is not up then. */
  async run(
    command: string,
    options: RunOptions,
    waitForBoot: () => Promise<void>,
  ): Promise<CommandResult> {
    const run = this.#last.then(() => this.#runNow(command, options, waitForBoot));
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #runNow(
    command: string,
    options: RunOptions,
    waitForBoot: () => Promise<void>,
  ): Promise<CommandResult> {
    this.#waits.checkUse();
    if (this.#life.bootMs === undefined) await waitForBoot();
    const { number } = this.#life;
    this.#isRunning = true;
    try {
      this.#shells.start(command, options.onOutput);
      const result = (): CommandResult | undefined => this.#shells.result();
      return await this.#waits.answer(result, `for "${command}" to end`, options);
    } catch (error) {
      if (number === this.#life.number && !this.#waits.isOver) this.#shells.interrupt();
      throw error instanceof GuestError ? error.withOutput(this.#shells.output) : error;
    } finally {
      this.#isRunning = false;
      if (this.#shells.isAtPrompt) this.#life.log.skip();
    }
  }
}

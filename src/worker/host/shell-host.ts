// The host's side of commands that a page has run in the guest.

import type { CommandResult } from '../../shell/command-shell.ts';
import type { ShellApi } from '../api/shell.ts';
import { AgentShell } from './agent-shell.ts';
import type { MachineLife } from './machine-life.ts';
import { hasProjectsInitrd } from './own-files.ts';

export class ShellHost implements ShellApi {
  readonly #life: MachineLife;
  readonly #shell = new AgentShell();

  constructor(life: MachineLife) {
    this.#life = life;
    life.poweredOn.on(() => this.#shell.restart());
    life.adopted.on((machine) => this.#shell.follow(machine.agent));
    life.witnessed.on(({ agent }) => this.#shell.takeAgent(agent));
    life.wentOn.on(() => {
      if (life.isUp) this.#shell.reach();
    });
  }

  async run(command: string): Promise<CommandResult> {
    const { plan } = this.#life.needMachine();
    if (!this.#shell.hasAgent && !hasProjectsInitrd(plan)) {
      throw new Error('This guest has no agent that runs commands: type on its console instead.');
    }
    return this.#shell.run(command);
  }
}

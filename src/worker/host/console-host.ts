// The host's side of the serial console: types on it, and keeps the guest's terminal as large as the user's.

import type { ConsoleApi } from '../api/console.ts';
import { ConsoleSize } from './console-size.ts';
import type { MachineLife } from './machine-life.ts';

export class ConsoleHost implements ConsoleApi {
  readonly #life: MachineLife;
  readonly #size = new ConsoleSize();

  constructor(life: MachineLife) {
    this.#life = life;
    life.poweredOn.on(() => this.#size.restart());
    life.changed.on(() => this.#size.setRunning(life.status === 'running'));
    life.adopted.on((machine) => this.#size.follow(machine.agent));
    life.witnessed.on(({ agent }) => this.#size.takeAgent(agent));
    life.wentOn.on(() => {
      if (life.isUp) this.#size.reach();
    });
  }

  async type(text: string): Promise<void> {
    this.#life.machine?.console.send(text);
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.#size.resize(columns, rows);
  }
}

// A guest for programs, in Node or in a browser's worker: the kit without what needs Node. It stands still but for what is
// waited for, so that where it stands does not depend on the host.

import { SessionShells } from '../../src/guest/session-shells.ts';
import { BootWatch } from '../../src/machine/boot-watch.ts';
import type { GuestImages } from '../../src/machine/images/guest-images.ts';
import type { Machine } from '../../src/machine/machine.ts';

/** What every guest is made of. */
export interface GuestFiles {
  readonly images: GuestImages;
  readonly v86Wasm: WebAssembly.Module;
  readonly storeWasm: WebAssembly.Module;
}

/** A wait for the guest. */
interface Wait {
  readonly isOver: () => boolean;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

export class BareGuest {
  readonly #machine: Machine;
  readonly #watch = new BootWatch();
  readonly #shells: SessionShells;
  #wait: Wait | undefined;

  /** Takes a machine that stands before its first instruction. */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.#shells = new SessionShells(machine);
    machine.console.onOutput((bytes) => {
      this.#watch.take(bytes);
      this.#look();
    });
    machine.agent.onOutput((bytes) => {
      this.#shells.takeAgent(bytes);
      this.#look();
    });
    machine.onPower((event) => this.#wait?.fail(new Error(`the guest was ${event}`)));
  }

  /** Powers the guest on. Resolves with the milliseconds of the host's to the prompt, when the agent is there, too. */
  async boot(): Promise<number> {
    const ms = await this.#runUntil(() => this.#watch.stage === 'ready');
    await this.#runUntil(() => this.#shells.hasAgent);
    return ms;
  }

  /** Resolves with the milliseconds of the host's that a command took. Rejects with `Error` when it fails. */
  async run(command: string): Promise<number> {
    this.#shells.start(command);
    const ms = await this.#runUntil(() => this.#shells.result() !== undefined);
    const { exitCode, output } = this.#shells.result() ?? { exitCode: -1, output: '' };
    if (exitCode !== 0) throw new Error(`the guest failed at "${command}": ${output}`);
    return ms;
  }

  async dispose(): Promise<void> {
    await this.#machine.dispose();
  }

  /** Stops the guest in the very tick that brought what is waited for. */
  #look(): void {
    const wait = this.#wait;
    if (wait === undefined || !wait.isOver()) return;
    this.#wait = undefined;
    this.#machine.hold();
    wait.end();
  }

  /** Lets the guest run until something has come over one of its lines. */
  async #runUntil(isOver: () => boolean): Promise<number> {
    if (isOver()) return 0;
    const before = performance.now();
    const ms = await new Promise<number>((resolve, reject) => {
      this.#wait = { isOver, end: () => resolve(performance.now() - before), fail: reject };
      this.#machine.run();
    });
    await this.#machine.settle();
    return ms;
  }
}

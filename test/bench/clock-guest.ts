// One guest of the `clock` benchmark, in Node or in a browser's worker: stands still but for what is timed.

import { CommandShell } from '../../src/guest/command-shell.ts';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { BootWatch } from '../../src/machine/boot-watch.ts';
import { checksumOf } from '../../src/machine/images/checksum.ts';
import type { GuestImages } from '../../src/machine/images/guest-images.ts';
import { sharedFiles } from '../../src/machine/images/shared-files.ts';
import { Machine } from '../../src/machine/machine.ts';
import { streamBytes } from '../../src/machine/v86/http-server.ts';
import { DISK_BYTES, SET_UP, SHARED_BYTES, SHARED_FILE } from './dma-reads.ts';

/**
 * The deterministic machine, which keeps its log; the same without a log; and the machine on the host's clock, which keeps
 * none.
 */
export const CLOCKS = ['guest', 'unlogged', 'host'] as const;
export type ClockName = (typeof CLOCKS)[number];

/** What every guest is made of. */
export interface GuestFiles {
  readonly images: GuestImages;
  readonly v86Wasm: WebAssembly.Module;
  readonly storeWasm: WebAssembly.Module;
}

/** What the guest's agent says last when it is up. */
const AGENT_READY = 'ready\n';

export class ClockGuest {
  readonly #machine: Machine;
  readonly #watch = new BootWatch();
  readonly #shell: CommandShell;
  readonly #decoder = new TextDecoder();
  #agentText = '';
  #onChange: () => void = () => undefined;
  #bootMs = 0;

  private constructor(machine: Machine) {
    this.#machine = machine;
    this.#shell = new CommandShell((text) => machine.agent.send(text), false);
    machine.console.onOutput((bytes) => {
      this.#watch.take(bytes);
      this.#onChange();
    });
    machine.agent.onOutput((bytes) => {
      this.#agentText += this.#decoder.decode(bytes, { stream: true });
      this.#shell.take(bytes);
      this.#onChange();
    });
  }

  /** A guest that is ready to read. Rejects with `Error` when it loses its power before. */
  static async boot(files: GuestFiles, clock: ClockName): Promise<ClockGuest> {
    const { images, v86Wasm, storeWasm } = files;
    const disk = streamBytes(DISK_BYTES);
    const machine = await Machine.create({
      plan: { clock: clock === 'host' ? 'host' : 'guest' },
      images: {
        ...images,
        disk,
        checksums: { ...images.checksums, disk: checksumOf(disk) },
      },
      v86Wasm,
      createStore: () => new WasmStore(storeWasm),
      pace: 'real',
      keepsLog: clock === 'guest',
      share: sharedFiles({ [SHARED_FILE]: streamBytes(SHARED_BYTES) }),
    });
    const guest = new ClockGuest(machine);
    guest.#bootMs = await guest.#runUntil(() => guest.#watch.stage === 'ready');
    await guest.#runUntil(() => guest.#agentText.endsWith(AGENT_READY));
    await guest.run(SET_UP);
    return guest;
  }

  /** Milliseconds of the host's from power on to the prompt. */
  get bootMs(): number {
    return this.#bootMs;
  }

  /** Returns the milliseconds of the host's that a command took. Rejects with `Error` when it fails. */
  async run(command: string): Promise<number> {
    this.#shell.start(command);
    const ms = await this.#runUntil(() => this.#shell.result !== undefined);
    const { exitCode, output } = this.#shell.result ?? { exitCode: -1, output: '' };
    if (exitCode !== 0) throw new Error(`the guest failed at "${command}": ${output}`);
    return ms;
  }

  async dispose(): Promise<void> {
    await this.#machine.dispose();
  }

  /** Lets the guest run until something has come over one of its lines. */
  #runUntil(isThere: () => boolean): Promise<number> {
    if (isThere()) return Promise.resolve(0);
    const before = performance.now();
    return new Promise((resolve, reject) => {
      this.#machine.onPower((event) => reject(new Error(`the guest was ${event}`)));
      this.#onChange = () => {
        if (!isThere()) return;
        this.#machine.hold();
        resolve(performance.now() - before);
      };
      this.#machine.run();
    });
  }
}

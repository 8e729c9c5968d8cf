// One guest of the `clock` benchmark, in Node or in a browser's worker: stands still but for what is timed.

import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { checksumOf } from '../../src/machine/images/checksum.ts';
import { sharedFiles } from '../../src/machine/images/shared-files.ts';
import { Machine } from '../../src/machine/machine.ts';
import { streamBytes } from '../../src/machine/v86/http-server.ts';
import { BareGuest, type GuestFiles } from '../support/bare-guest.ts';
import { DISK_BYTES, SET_UP, SHARED_BYTES, SHARED_FILE } from './dma-reads.ts';

/**
 * The deterministic machine, which keeps its log; the same without a log; and the machine on the host's clock, which keeps
 * none.
 */
export const CLOCKS = ['guest', 'unlogged', 'host'] as const;
export type ClockName = (typeof CLOCKS)[number];

export class ClockGuest {
  readonly #guest: BareGuest;
  /** Milliseconds of the host's from power on to the prompt. */
  readonly bootMs: number;

  private constructor(guest: BareGuest, bootMs: number) {
    this.#guest = guest;
    this.bootMs = bootMs;
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
    const guest = new BareGuest(machine);
    const bootMs = await guest.boot();
    await guest.run(SET_UP);
    return new ClockGuest(guest, bootMs);
  }

  /** Returns the milliseconds of the host's that a command took. Rejects with `Error` when it fails. */
  async run(command: string): Promise<number> {
    return this.#guest.run(command);
  }

  async dispose(): Promise<void> {
    await this.#guest.dispose();
  }
}

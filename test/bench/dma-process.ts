// A guest of the `dma` benchmark in a process of its own, as seen from the benchmark.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DmaMode, Measurement } from './dma-guest.ts';
import type { GuestRead } from './dma-reads.ts';
import { guestProcessFlags } from './guest-process-flags.ts';

const DMA_ONCE = join(import.meta.dirname, 'dma-once.js');

/** What the process answers: once when its guest is up, and once for each name of a read that it gets. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly measurement: Measurement }
  | { readonly kind: 'failed'; readonly reason: string };

/** Stands still but for its own reads. */
export class DmaProcess {
  readonly mode: DmaMode;
  readonly #child: ChildProcess;

  private constructor(mode: DmaMode, child: ChildProcess) {
    this.mode = mode;
    this.#child = child;
  }

  /** Resolves when the guest is ready to read. Rejects with `Error` when it can not be booted. */
  static async boot(mode: DmaMode): Promise<DmaProcess> {
    const child = fork(DMA_ONCE, [mode], { execArgv: [...guestProcessFlags()] });
    const guest = new DmaProcess(mode, child);
    await guest.#reply();
    return guest;
  }

  /** Rejects with `Error` when the read fails. */
  async read({ name }: GuestRead): Promise<Measurement> {
    this.#child.send(name);
    const reply = await this.#reply();
    if (reply.kind === 'done') return reply.measurement;
    throw new Error(reply.kind === 'failed' ? reply.reason : `the guest booted twice`);
  }

  /** Ends the guest and its process. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const end = once(this.#child, 'exit');
    this.#child.disconnect();
    await end;
  }

  #reply(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(`the guest (IOMMU ${this.mode}) ended early`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (reply: Reply) => {
        this.#child.off('exit', onExit);
        resolve(reply);
      });
    });
  }
}

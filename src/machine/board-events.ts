// What the board's IOMMU does, for the log and for those who want to know.

import type { Board } from './board.ts';
import type { RunLog } from './recording/run-log.ts';
import type { RunListener } from './run-state.ts';

export class BoardEvents {
  /** The log goes on, and nobody else is told. */
  isMuted = false;
  readonly #log: RunLog | undefined;
  readonly #listener: Pick<RunListener, 'onEvent' | 'hearsEvents'>;
  /** Ends listening to the board's IOMMU. */
  #deafen: (() => void) | undefined;
  #isShut = false;

  constructor(log: RunLog | undefined, listener: Pick<RunListener, 'onEvent' | 'hearsEvents'>) {
    this.#log = log;
    this.#listener = listener;
  }

  /** Listens to the board's IOMMU as long as somebody wants to know; to be called when that has changed. */
  hear({ iommu, emulator }: Board): void {
    if (this.#log === undefined && !this.#listener.hearsEvents()) {
      this.#deafen?.();
      this.#deafen = undefined;
      return;
    }
    this.#deafen ??= iommu?.onEvent((event) => {
      if (this.#isShut) return;
      const { nowMs, instructions } = emulator.clock;
      const recorded = { timeMs: nowMs, instructions, event };
      this.#log?.addEvent(recorded);
      if (!this.isMuted) this.#listener.onEvent(recorded);
    });
  }

  /** Whether a board is put back to where it was. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** The board is gone. */
  leave(): void {
    this.#deafen = undefined;
  }

  /** A board is put back to where it was, which is no event of the guest's. */
  async whileShut(change: () => Promise<void>): Promise<void> {
    this.#isShut = true;
    try {
      await change();
    } finally {
      this.#isShut = false;
    }
  }
}

// What the board's IOMMU does, for the log and for those who want to know.

import type { Dispose } from '../base/emitter.ts';
import type { IommuEvent } from '../iommu/events/iommu-event.ts';
import type { Board } from './board.ts';
import type { RunLog } from './recording/run-log.ts';
import type { RunListener } from './run-state.ts';

type EventListener = Pick<RunListener, 'watchers' | 'onEvent' | 'hearsEvents'>;

export class BoardEvents {
  readonly #log: RunLog | undefined;
  readonly #listener: EventListener;
  #board: Board | undefined;
  /** Ends listening to the board's IOMMU. */
  #disposals: Dispose[] = [];
  #isMuted = false;
  #isShut = false;

  constructor(log: RunLog | undefined, listener: EventListener) {
    this.#log = log;
    this.#listener = listener;
  }

  /**
   * Listens to the board's IOMMU as long as somebody wants to know; to be called when that has changed. Who watches is told by the
   * device itself: a request is told in a few dozen instructions, and what stands between is felt.
   */
  hear(board: Board): void {
    this.#deafen();
    this.#board = board;
    const { iommu, emulator } = board;
    if (iommu === undefined || this.#isShut) return;
    if (!this.#isMuted) {
      for (const watcher of this.#listener.watchers()) this.#disposals.push(iommu.watch(watcher));
    }
    if (this.#log !== undefined || this.#listener.hearsEvents()) {
      this.#disposals.push(iommu.onEvent((event) => this.#tell(event, emulator)));
    }
  }

  /** While it is muted the log goes on, and nobody else is told. */
  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#hearAgain();
  }

  /** Whether a board is put back to where it was. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** The board is gone. */
  leave(): void {
    this.#deafen();
    this.#board = undefined;
  }

  /** A board is put back to where it was, which is no event of the guest's. */
  async whileShut(change: () => Promise<void>): Promise<void> {
    this.#setShut(true);
    try {
      await change();
    } finally {
      this.#setShut(false);
    }
  }

  #setShut(isShut: boolean): void {
    this.#isShut = isShut;
    this.#hearAgain();
  }

  #hearAgain(): void {
    if (this.#board !== undefined) this.hear(this.#board);
  }

  #deafen(): void {
    for (const dispose of this.#disposals) dispose();
    this.#disposals = [];
  }

  #tell(event: IommuEvent, { clock }: Board['emulator']): void {
    const recorded = { timeMs: clock.nowMs, instructions: clock.instructions, event };
    this.#log?.addEvent(recorded);
    if (!this.#isMuted) this.#listener.onEvent(recorded);
  }
}

// What the board's IOMMU does, for the log and for those who want to know.

import { describeRequest } from '../iommu/events/answered-request.ts';
import type { IommuEvent } from '../iommu/events/iommu-event.ts';
import type { Board } from './board.ts';
import type { RunLog } from './recording/run-log.ts';
import type { RunListener } from './run-state.ts';

type EventListener = Pick<RunListener, 'watcher' | 'onEvent' | 'hearsEvents' | 'watchesEvents'>;

export class BoardEvents {
  /** The log goes on, and nobody else is told. */
  isMuted = false;
  readonly #log: RunLog | undefined;
  readonly #listener: EventListener;
  /** Ends listening to the board's IOMMU. */
  #deafen: (() => void) | undefined;
  /** Whether an event has to be made of each request. */
  #needsEvents = false;
  #isShut = false;

  constructor(log: RunLog | undefined, listener: EventListener) {
    this.#log = log;
    this.#listener = listener;
  }

  /** Listens to the board's IOMMU as long as somebody wants to know; to be called when that has changed. */
  hear({ iommu, emulator }: Board): void {
    this.#needsEvents = this.#log !== undefined || this.#listener.hearsEvents();
    if (!this.#needsEvents && !this.#listener.watchesEvents()) {
      this.#deafen?.();
      this.#deafen = undefined;
      return;
    }
    this.#deafen ??= iommu?.watch({
      request: (answered) => {
        if (this.#isShut) return;
        if (!this.isMuted) this.#listener.watcher.request(answered);
        if (this.#needsEvents) this.#tell(describeRequest(answered), emulator);
      },
      other: (event) => {
        if (this.#isShut) return;
        if (!this.isMuted) this.#listener.watcher.other(event);
        if (this.#needsEvents) this.#tell(event, emulator);
      },
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

  #tell(event: IommuEvent, { clock }: Board['emulator']): void {
    const recorded = { timeMs: clock.nowMs, instructions: clock.instructions, event };
    this.#log?.addEvent(recorded);
    if (!this.isMuted) this.#listener.onEvent(recorded);
  }
}

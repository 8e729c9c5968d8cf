// Paces what is painted: news come faster than anybody reads.

import { signal, type ReadonlySignal } from '@preact/signals';

/** Tables are read by people: this often is enough, and leaves the processor to the guest. */
const FRAME_INTERVAL_MS = 80;

/** What the pacer needs from its surroundings. */
export interface FramePorts {
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  /** Calls back before the next frame is painted. */
  readonly onNextFrame: (callback: () => void) => void;
}

export class FramePacer {
  readonly #ports: FramePorts;
  readonly #frame = signal(0);
  #isAsked = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(ports: FramePorts) {
    this.#ports = ports;
  }

  /** Counts frames: what depends on it is computed again with the next. */
  get frame(): ReadonlySignal<number> {
    return this.#frame;
  }

  /** There is something new to be seen. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#ports.onNextFrame(() => this.#paint());
  }

  /** The same, with the very next frame. */
  hurry(): void {
    this.#lastMs = Number.NEGATIVE_INFINITY;
    this.ask();
  }

  /** Resolves when everything received so far has been rendered. */
  async painted(): Promise<void> {
    if (!this.#isAsked) return;
    await new Promise<void>((resolve) => {
      const stop = this.#frame.subscribe(() => {
        if (this.#isAsked) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  }

  #paint(): void {
    const nowMs = this.#ports.now();
    if (nowMs - this.#lastMs < FRAME_INTERVAL_MS) {
      this.#ports.onNextFrame(() => this.#paint());
      return;
    }
    this.#isAsked = false;
    this.#lastMs = nowMs;
    this.#frame.value++;
  }
}

// Paces what is painted: news come faster than anybody reads.

import { signal, type ReadonlySignal } from '@preact/signals';

/** Tables are read by people: this often is enough, and leaves the processor to the guest. */
const FRAME_INTERVAL_MS = 80;
/** One frame of a 60 Hz screen. */
const SCREEN_MS = 16;

/** What the pacer needs from its surroundings. */
export interface FramePorts {
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  /** Calls back before the next frame is painted. */
  readonly onNextFrame: (callback: () => void) => void;
  /**
   * The same, in a task of its own: what a frame shows anew takes long, and style, layout and painting follow in the frame's. With
   * the frame, if left out.
   */
  readonly onNextTask?: (callback: () => void) => void;
}

export class FramePacer {
  readonly #now: FramePorts['now'];
  readonly #onTurn: FramePorts['onNextFrame'];
  readonly #frame = signal(0);
  #isAsked = false;
  /** Until it is time to ask for the frame: frames with nothing to paint cost as much as others. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor({ now, onNextFrame, onNextTask = onNextFrame }: FramePorts) {
    this.#now = now;
    this.#onTurn = onNextTask;
  }

  /** Counts frames: what depends on it is computed again with the next. */
  get frame(): ReadonlySignal<number> {
    return this.#frame;
  }

  /** There is something new to be seen. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#wait();
  }

  /** The same, with the very next frame. */
  hurry(): void {
    this.#lastMs = Number.NEGATIVE_INFINITY;
    if (this.#timer === undefined) this.ask();
    else this.#wait();
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

  /** Asks for the first frame that may be painted. */
  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const restMs = this.#lastMs + FRAME_INTERVAL_MS - this.#now();
    if (restMs <= SCREEN_MS) {
      this.#onTurn(() => this.#paint());
      return;
    }
    this.#timer = setTimeout(() => this.#wait(), restMs - SCREEN_MS);
  }

  #paint(): void {
    const nowMs = this.#now();
    if (nowMs - this.#lastMs < FRAME_INTERVAL_MS) {
      this.#wait();
      return;
    }
    this.#isAsked = false;
    this.#lastMs = nowMs;
    this.#frame.value++;
  }
}

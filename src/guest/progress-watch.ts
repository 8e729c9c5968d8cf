// Waiting that is bounded by progress, not by time: a slow guest may take as long as it goes on saying something.

import type { Dispose } from '../base/emitter.ts';

/** The time that a wait is measured with. */
export interface WaitClock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Calls back once after `ms` milliseconds, unless disposed before. */
  after(ms: number, callback: () => void): Dispose;
}

/** The host's clock. */
export const HOST_CLOCK: WaitClock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** How often a wait looks whether time goes by for this program, too. */
const LOOK_MS = 1000;

export interface WaitOptions {
  /** Milliseconds without any progress, in which this program was not stopped itself, after which the wait fails. */
  readonly stallMs: number;
  /** Ends the wait; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Knows when there was progress last, and lets others wait on it. */
export class ProgressWatch {
  readonly #clock: WaitClock;
  #waits: ReadonlySet<() => void> = new Set();
  #progressAt: number;

  constructor(clock: WaitClock = HOST_CLOCK) {
    this.#clock = clock;
    this.#progressAt = clock.now();
  }

  /** Something happened that nobody waits for. */
  touch(): void {
    this.#progressAt = this.#clock.now();
  }

  /** Something happened that somebody may wait for: every wait looks again. */
  notify(): void {
    this.touch();
    for (const look of this.#waits) look();
  }

  /**
   * Resolves with the first value but undefined that `attempt` gives; it is called at once and at every `notify`.
   * Rejects with what `attempt` throws, with the signal's reason, or with `onStall()` after `stallMs` without progress.
   */
  wait<T>(
    attempt: () => T | undefined,
    { stallMs, signal }: WaitOptions,
    onStall: () => Error,
  ): Promise<T> {
    this.touch();
    return new Promise((resolve, reject) => {
      let disposeTimer: Dispose = () => undefined;
      const end = (settle: () => void): void => {
        this.#waits = new Set([...this.#waits].filter((each) => each !== look));
        disposeTimer();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const look = (): void => {
        try {
          const value = attempt();
          if (value !== undefined) end(() => resolve(value));
        } catch (error) {
          end(() => reject(asError(error)));
        }
      };
      const onAbort = (): void => end(() => reject(asError(signal?.reason)));
      const lookMs = Math.min(LOOK_MS, stallMs);
      let [lookedAt, silentMs] = [this.#clock.now(), 0];
      const watchStall = (): void => {
        const now = this.#clock.now();
        // While the host slept, or gave this program no time, the guest could not have said anything.
        const attendedMs = Math.min(now - lookedAt, 2 * lookMs);
        silentMs = Math.min(silentMs + attendedMs, now - this.#progressAt);
        lookedAt = now;
        const leftMs = stallMs - silentMs;
        if (leftMs <= 0) end(() => reject(onStall()));
        else disposeTimer = this.#clock.after(Math.min(lookMs, leftMs), watchStall);
      };
      this.#waits = new Set([...this.#waits, look]);
      watchStall();
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted === true) onAbort();
      else look();
    });
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

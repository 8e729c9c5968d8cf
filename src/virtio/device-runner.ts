// Runs device code on behalf of a transport: one piece at a time, and the one place where a `BusError` or `RingError`
// ends.

import { BusError } from '../memory/address-space.ts';
import { RingError } from './virtqueue.ts';

export interface DeviceRunnerOptions {
  /** The device is about to run after the driver did. */
  readonly beginRound: () => void;
  /** The driver's memory or ring was at fault. */
  readonly onFailure: (reason: string) => void;
}

/**
 * Notifications that a device may cause for itself while it handles one. Guest code never runs in between, so none
 * is the normal number; the cap keeps a device model that does it for ever from hanging the machine.
 */
const MAX_DEFERRED = 64;

/** Order and errors of device code. */
export class DeviceRunner {
  readonly #beginRound: () => void;
  readonly #onFailure: (reason: string) => void;
  #isBusy = false;
  #session = 0;
  #deferred: (() => void)[] = [];
  #deferredCount = 0;

  constructor(options: DeviceRunnerOptions) {
    this.#beginRound = options.beginRound;
    this.#onFailure = options.onFailure;
  }

  /** Runs `work` now; inside other work as a part of it. */
  run(work: () => void): void {
    if (this.#isBusy) {
      this.protect(work);
      return;
    }
    this.#isBusy = true;
    this.#deferredCount = 0;
    try {
      for (let next: (() => void) | undefined = work; next !== undefined;) {
        this.#beginRound();
        this.protect(next);
        next = this.#deferred.shift();
      }
    } finally {
      if (this.#deferred.length > 0) this.#deferred = [];
      this.#isBusy = false;
    }
  }

  /** Runs `work` now, or right after the work that is going on, so that the two do not share a device's state. */
  schedule(work: () => void): void {
    if (!this.#isBusy) this.run(work);
    else if (this.#deferredCount++ < MAX_DEFERRED) this.#deferred.push(work);
  }

  /** Runs `work` outside any round and turns its bus and ring errors into a failure. */
  protect(work: () => void): void {
    const session = this.#session;
    try {
      work();
    } catch (error) {
      if (!(error instanceof BusError) && !(error instanceof RingError)) throw error;
      if (session === this.#session) this.#onFailure(error.message);
    }
  }

  /** The device was reset: what waits is dropped, what still runs can fail no more. */
  forget(): void {
    this.#session++;
    this.#deferred = [];
  }
}

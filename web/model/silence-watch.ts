// Notices a worker that has gone silent: it sends a batch every frame, so seconds without one mean that it hangs.
//
// Counts checks instead of reading a clock: after a laptop's sleep the clock has jumped, but nothing was missed.

/** Checks in a row without a sign of life, one a second, after which the worker counts as hung. */
export const SILENT_CHECKS = 15;

/** Starts to count with the first sign of life: loading the worker itself may take any time. */
export class SilenceWatch {
  #silentChecks = 0;
  #hasStarted = false;

  /** A new worker: nothing is expected of it yet. */
  restart(): void {
    this.#hasStarted = false;
    this.#silentChecks = 0;
  }

  /** A sign of life. */
  beat(): void {
    this.#hasStarted = true;
    this.#silentChecks = 0;
  }

  /** To be called once a second; whether the worker has been silent for too long. */
  check(): boolean {
    if (this.#hasStarted) this.#silentChecks++;
    return this.#silentChecks > SILENT_CHECKS;
  }
}

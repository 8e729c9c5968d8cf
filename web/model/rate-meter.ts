// Events per second over the last second of the machine's clock.

const WINDOW_MS = 1_000;

/** Counts over a sliding second. */
export class RateMeter {
  #samples: { readonly timeMs: number; readonly count: number }[] = [];
  #nowMs = 0;

  add(count: number, timeMs: number): void {
    if (timeMs < this.#nowMs) this.#samples = [];
    this.#nowMs = timeMs;
    if (count > 0) this.#samples.push({ timeMs, count });
    this.#samples = this.#samples.filter((sample) => sample.timeMs > timeMs - WINDOW_MS);
  }

  clear(): void {
    this.#samples = [];
    this.#nowMs = 0;
  }

  get perSecond(): number {
    return this.#samples.reduce((sum, sample) => sum + sample.count, 0);
  }
}

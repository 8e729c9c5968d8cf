// How fast the guest runs.

import type { Machine } from '../machine/machine.ts';

const WINDOW_MS = 1000;
const COUNTER_SPAN = 0x1_0000_0000;

/** Million instructions a second over about the last second. */
export class InstructionRate {
  #machine: Machine | undefined;
  #atMs = 0;
  #instructions = 0;
  #mips = 0;

  /** The rate at `nowMs`; 0 without a machine and in the first second of one. */
  measure(machine: Machine | undefined, nowMs: number): number {
    if (machine !== this.#machine || machine === undefined) {
      this.#machine = machine;
      this.#restart(nowMs);
      this.#mips = 0;
    } else if (nowMs - this.#atMs >= WINDOW_MS) {
      const executed = (machine.instructions - this.#instructions + COUNTER_SPAN) % COUNTER_SPAN;
      this.#mips = executed / 1000 / (nowMs - this.#atMs);
      this.#restart(nowMs);
    }
    return this.#mips;
  }

  #restart(nowMs: number): void {
    this.#atMs = nowMs;
    this.#instructions = this.#machine?.instructions ?? 0;
  }
}

// How fast the guest runs.

/** What is measured: instructions executed so far, modulo 2^32. */
export interface InstructionCounter {
  readonly instructions: number;
}

const WINDOW_MS = 1000;
const COUNTER_SPAN = 0x1_0000_0000;

/** Million instructions a second over about the last second. */
export class InstructionRate {
  #machine: InstructionCounter | undefined;
  #atMs = 0;
  #instructions = 0;
  #mips = 0;

  /** The counter starts over, as at a power cycle: what was measured does not count any more. */
  forget(): void {
    this.#machine = undefined;
  }

  /** The rate at `nowMs`; 0 without a machine and in the first second of one. */
  measure(machine: InstructionCounter | undefined, nowMs: number): number {
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

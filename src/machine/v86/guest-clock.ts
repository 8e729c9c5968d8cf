// The clocks that an emulated PC can have: its own instructions, or the host's.

import { CLOCK_CONSTANTS } from '../plan/clock-constants.ts';

const MS_PER_INSTRUCTION = CLOCK_CONSTANTS.instructionNs / 1e6;
const MS_PER_READ = CLOCK_CONSTANTS.readNs / 1e6;
const TWO_32 = 0x1_0000_0000;

/** Where v86 counts instructions, modulo 2^32: the index of a 32-bit word in its WebAssembly memory. */
const COUNTER_WORD = 664 / 4;

/** Guest time since power on, in milliseconds. */
export interface GuestClock {
  /** A device or the CPU looks at the clock. Two looks never give the same time on the guest's own clock. */
  read(): number;
  /** The time, without leaving a trace. */
  readonly nowMs: number;
  /** Instructions executed since power on. */
  readonly instructions: number;
  /** The CPU was halted for so long. */
  passIdle(ms: number): void;
  /** The machine starts to run (`true`) or stops. */
  setRunning(isRunning: boolean): void;
  save(): ClockState;
  restore(state: ClockState): void;
}

/** Plain data. */
export interface ClockState {
  readonly instructions: number;
  readonly idleMs: number;
  readonly reads: number;
}

/** Counts executed instructions beyond 32 bits; must be asked at least once every 2^32 of them. */
class InstructionCounter {
  readonly #memory: WebAssembly.Memory;
  #view: Uint32Array;
  #last = 0;
  #high = 0;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#view = new Uint32Array(memory.buffer);
    this.#last = this.#view[COUNTER_WORD] ?? 0;
  }

  get total(): number {
    // A memory that has grown has detached the view.
    if (this.#view.length === 0) this.#view = new Uint32Array(this.#memory.buffer);
    const low = this.#view[COUNTER_WORD] ?? 0;
    if (low < this.#last) this.#high += TWO_32;
    this.#last = low;
    return this.#high + low;
  }

  /** Goes on from a total whose lower 32 bits the memory holds already. */
  restore(total: number): void {
    this.#view = new Uint32Array(this.#memory.buffer);
    this.#last = this.#view[COUNTER_WORD] ?? 0;
    this.#high = total - (total % TWO_32);
  }
}

/**
 * Time made of executed instructions, of looks at the clock (a loop that waits for time to pass may be shorter than
 * what v86 counts at once), and of the time the CPU was halted. The same program sees the same times on every host.
 */
export class InstructionClock implements GuestClock {
  readonly #counter: InstructionCounter;
  #idleMs = 0;
  #reads = 0;

  constructor(memory: WebAssembly.Memory) {
    this.#counter = new InstructionCounter(memory);
  }

  read(): number {
    this.#reads += 1;
    return this.nowMs;
  }

  get nowMs(): number {
    return this.#idleMs + this.#counter.total * MS_PER_INSTRUCTION + this.#reads * MS_PER_READ;
  }

  get instructions(): number {
    return this.#counter.total;
  }

  passIdle(ms: number): void {
    this.#idleMs += ms;
  }

  setRunning(): void {
    // Stands still by itself.
  }

  save(): ClockState {
    return { instructions: this.instructions, idleMs: this.#idleMs, reads: this.#reads };
  }

  restore({ instructions, idleMs, reads }: ClockState): void {
    this.#counter.restore(instructions);
    this.#idleMs = idleMs;
    this.#reads = reads;
  }
}

/** The host's clock, which stands still while the machine is paused: no two runs are the same. */
export class HostClock implements GuestClock {
  readonly #counter: InstructionCounter;
  readonly #hostNow: () => number;
  #ranMs = 0;
  #resumedAt: number | undefined;

  constructor(memory: WebAssembly.Memory, hostNow: () => number) {
    this.#counter = new InstructionCounter(memory);
    this.#hostNow = hostNow;
  }

  read(): number {
    return this.nowMs;
  }

  get nowMs(): number {
    return this.#ranMs + (this.#resumedAt === undefined ? 0 : this.#hostNow() - this.#resumedAt);
  }

  get instructions(): number {
    return this.#counter.total;
  }

  passIdle(): void {
    // Passes by itself.
  }

  setRunning(isRunning: boolean): void {
    const now = this.nowMs;
    this.#ranMs = now;
    this.#resumedAt = isRunning ? this.#hostNow() : undefined;
  }

  save(): ClockState {
    return { instructions: this.instructions, idleMs: this.nowMs, reads: 0 };
  }

  restore({ instructions, idleMs }: ClockState): void {
    this.#counter.restore(instructions);
    this.#ranMs = idleMs;
    if (this.#resumedAt !== undefined) this.#resumedAt = this.#hostNow();
  }
}

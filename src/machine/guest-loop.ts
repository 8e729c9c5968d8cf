// The heart of the machine: calls v86's main loop tick after tick, and paces the time in which the CPU is halted.
//
// A tick is one call of v86's main loop: some hundred thousand instructions, or none when the CPU is halted. Between two
// ticks the machine stands still, and only there may the host touch it. Where the guest is at a tick does not depend on
// how the host groups them.

import type { Pace } from './plan/pace.ts';
import type { HostTimers } from './v86/host-timers.ts';

/** What the loop needs of the machine. */
export interface LoopPorts {
  /** Runs one tick; returns the milliseconds that the CPU is halted from now on, 0 when it is not. */
  readonly tick: () => number;
  /** The CPU was halted for so long. */
  readonly passIdle: (ms: number) => void;
  /** A tick has ended; the machine may be touched, and stopped. */
  readonly afterTick: () => void;
  /** Whether something is under way that ends in a microtask, which must come before the next tick. */
  readonly isBusyElsewhere: () => boolean;
  readonly timers: HostTimers;
}

/** Where a loop is; plain data. */
export interface LoopState {
  readonly ticks: number;
  readonly idleMs: number;
}

const US_PER_MS = 1000;
/** Milliseconds of the host's that ticks take before it may look after everything else. */
const SLICE_MS = 8;

/** What became of a moment between two ticks. */
export interface Boundary {
  /** Ticks that have ended. */
  readonly tick: number;
  /** Microseconds that the CPU was halted since then. */
  readonly idleUs: number;
}

export class GuestLoop {
  readonly #ports: LoopPorts;
  #pace: Pace;
  #isRunning = false;
  #isWaiting = false;
  #isInTick = false;
  /** Halted time that has not passed yet. */
  #idleMs = 0;
  /** The wait for it: when it began, and what ends it. */
  #wait: { readonly since: number; readonly end: () => void } | undefined;
  #ticks = 0;
  /** Counts what was scheduled: an older callback finds that it is no longer wanted. */
  #turn = 0;

  constructor(ports: LoopPorts, pace: Pace) {
    this.#ports = ports;
    this.#pace = pace;
  }

  /** Ticks that have ended. */
  get ticks(): number {
    return this.#ticks;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Whether a tick is under way: then the machine must not be touched. */
  get isInTick(): boolean {
    return this.#isInTick;
  }

  /** How halted time passes from now on. */
  setPace(pace: Pace): void {
    this.#pace = pace;
    if (this.#wait !== undefined) this.#goOn();
  }

  /** Starts or goes on; harmless when running. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    if (!this.#isInTick) this.#goOn();
  }

  /** Stops before the next tick, at once unless a tick is under way; harmless when stopped. */
  stop(): void {
    this.#isRunning = false;
    this.#turn += 1;
    this.#endWait();
  }

  /** Has the next tick wait, whether the loop runs or not, until it need not any more. Time does not pass for the guest meanwhile. */
  setWaiting(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    if (!isWaiting && this.#isRunning && !this.#isInTick) this.#goOn();
  }

  /**
   * The host touches the machine between two ticks: what is left of a pause of the CPU is over. Returns the place where
   * that happens. Must not be called in a tick.
   */
  touch(): Boundary {
    const waitedMs = this.#wait === undefined ? 0 : this.#ports.timers.now() - this.#wait.since;
    const idleUs = Math.floor(Math.max(0, Math.min(this.#idleMs, waitedMs)) * US_PER_MS);
    this.passIdle(idleUs);
    if (this.#isRunning) this.#goOn();
    return { tick: this.#ticks, idleUs };
  }

  /** The same, where it is known how long the CPU was halted. */
  passIdle(idleUs: number): void {
    this.#idleMs = 0;
    if (idleUs > 0) this.#ports.passIdle(idleUs / US_PER_MS);
  }

  /** Runs one tick now, with the pause before it. */
  step(): void {
    if (this.#idleMs > 0) {
      this.#ports.passIdle(this.#idleMs);
      this.#idleMs = 0;
    }
    this.#isInTick = true;
    try {
      this.#idleMs = Math.max(0, this.#ports.tick());
    } finally {
      this.#isInTick = false;
      this.#ticks += 1;
    }
    this.#ports.afterTick();
  }

  save(): LoopState {
    return { ticks: this.#ticks, idleMs: this.#idleMs };
  }

  restore({ ticks, idleMs }: LoopState): void {
    this.#ticks = ticks;
    this.#idleMs = idleMs;
  }

  /** Has the next slice run as soon as the host has time. */
  #goOn(): void {
    this.#endWait();
    const turn = ++this.#turn;
    this.#ports.timers.soon(() => {
      if (turn === this.#turn) this.#slice();
    });
  }

  #slice(): void {
    const { timers, isBusyElsewhere } = this.#ports;
    const end = timers.now() + SLICE_MS;
    const turn = this.#turn;
    for (;;) {
      if (this.#isWaiting) return;
      if (this.#idleMs > 0 && this.#pace === 'real' && this.#wait === undefined) {
        this.#waitIdle();
        return;
      }
      this.#endWait();
      this.step();
      if (turn !== this.#turn) return;
      if (isBusyElsewhere() || timers.now() >= end) break;
    }
    this.#goOn();
  }

  /** Lets the halted time pass on the wall clock, and goes on. */
  #waitIdle(): void {
    const { timers } = this.#ports;
    const turn = ++this.#turn;
    const end = timers.after(this.#idleMs, () => {
      if (turn === this.#turn) this.#slice();
    });
    this.#wait = { since: timers.now(), end };
  }

  #endWait(): void {
    this.#wait?.end();
    this.#wait = undefined;
  }
}

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
  /**
   * Asked after a tick that halts the CPU: for how many milliseconds ticks find nothing to do, if the host leaves the
   * machine alone. Less than it is halted for when that is not known.
   */
  readonly restMs: () => number;
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
/** After the host has touched the machine it waits for each tick by itself for so long, in milliseconds: it may do so again. */
const ATTENTIVE_MS = 2000;

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
  /** Halted time that has not passed yet, up to the next tick. */
  #idleMs = 0;
  /** What passes until a tick that may do something. */
  #restMs = 0;
  /** The wait for that: when it began, how long it is, and what ends it. */
  #wait: { readonly since: number; readonly forMs: number; readonly end: () => void } | undefined;
  /** Milliseconds that were waited, and have not passed for the guest yet. */
  #waitedMs = 0;
  /** Halted time since the host touched the machine. */
  #calmMs = 0;
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
    if (this.#wait !== undefined) this.#catchUp();
    this.#isRunning = false;
    this.#turn += 1;
    this.#waitedMs = 0;
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
    this.#catchUp();
    const idleUs = Math.floor(Math.min(this.#idleMs, this.#waitedMs) * US_PER_MS);
    this.#waitedMs = 0;
    this.#calmMs = 0;
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
      this.#calmMs += this.#idleMs;
      this.#idleMs = 0;
    }
    this.#isInTick = true;
    try {
      this.#idleMs = Math.max(0, this.#ports.tick());
      this.#restMs = this.#idleMs === 0 ? 0 : this.#ports.restMs();
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
      if (this.#pace === 'real' && this.#idleMs > this.#waitedMs) {
        this.#waitIdle();
        return;
      }
      // What a guest that works has been late is forgotten.
      this.#waitedMs = this.#idleMs === 0 ? 0 : Math.max(0, this.#waitedMs - this.#idleMs);
      this.step();
      if (turn !== this.#turn) return;
      if (isBusyElsewhere() || timers.now() >= end) break;
    }
    this.#goOn();
  }

  /** Lets halted time pass on the wall clock, of a guest that rests that of several ticks, and goes on. */
  #waitIdle(): void {
    const { timers } = this.#ports;
    const turn = ++this.#turn;
    const calmMs = this.#calmMs < ATTENTIVE_MS ? 0 : this.#restMs;
    const forMs = Math.max(this.#idleMs, calmMs) - this.#waitedMs;
    const end = timers.after(forMs, () => {
      if (turn !== this.#turn) return;
      this.#waitedMs += forMs;
      this.#wait = undefined;
      this.#slice();
    });
    this.#wait = { since: timers.now(), forMs, end };
  }

  /** Ends the wait amid it, and has the ticks so far that have nothing to do. */
  #catchUp(): void {
    if (this.#wait !== undefined) {
      const { since, forMs } = this.#wait;
      this.#waitedMs += Math.max(0, Math.min(forMs, this.#ports.timers.now() - since));
      this.#endWait();
    }
    while (this.#idleMs > 0 && this.#idleMs <= this.#waitedMs && this.#idleMs < this.#restMs) {
      this.#waitedMs -= this.#idleMs;
      this.step();
    }
  }

  #endWait(): void {
    this.#wait?.end();
    this.#wait = undefined;
  }
}

// Watches one life of a guest, from power on: how far its start is, whether it has panicked or fallen silent.

import { BootWatch, type GuestStage } from '../../machine/boot-watch.ts';
import type { MachineFailure } from '../api/power.ts';
import { panicFailure, stallFailure } from './boot-story.ts';

/** Silence of a starting guest after which the user is told. */
const STALL_MS = 45_000;
/** Time of the guest's that a panicking kernel gets to finish its report. */
const PANIC_MS = 1_000;

/** What a look at the guest has found. */
export interface Finding {
  readonly failure: MachineFailure | null;
  /** Whether the guest will not go on. */
  readonly isOver: boolean;
}

const NOTHING: Finding = { failure: null, isOver: false };

export class GuestWatch {
  readonly #boot = new BootWatch();
  #lastOutputMs = 0;
  /** When the panic was seen, in the guest's time. */
  #panickedMs: number | undefined;

  get stage(): GuestStage {
    return this.#boot.stage;
  }

  /** Takes what the console printed at a time of the guest's. */
  takeConsole(bytes: Uint8Array, guestMs: number): void {
    this.#boot.take(bytes);
    this.#lastOutputMs = guestMs;
  }

  /** Looks at the guest at a time of its own. */
  look(guestMs: number): Finding {
    const { stage, panic, isPanicOver, tail } = this.#boot;
    if (panic !== undefined) {
      this.#panickedMs ??= guestMs;
      if (!isPanicOver && guestMs - this.#panickedMs < PANIC_MS) return NOTHING;
      return { failure: panicFailure(panic, tail), isOver: true };
    }
    const silence = guestMs - this.#lastOutputMs;
    if (stage === 'ready' || silence <= STALL_MS) return NOTHING;
    return { failure: stallFailure(Math.floor(silence / 1000), tail), isOver: false };
  }
}

// Watches one life of a guest, from power on: how far its start is, whether it has panicked, hit an error or fallen silent.

import { BootWatch, type GuestStage } from '../../machine/boot-watch.ts';
import type { MachineFailure } from '../api/power.ts';
import { oopsFailure, panicFailure, stallFailure } from './boot-story.ts';

/** Silence of a starting guest after which the user is told. */
const STALL_MS = 45_000;
/** Between two looks no more than this counts as silence: the host may have slept. */
const LONGEST_STEP_MS = 1_000;
/** Time of the guest's that a panicking kernel gets to finish its report. */
const PANIC_MS = 1_000;

/** What a look at the guest has found. */
export interface Finding {
  readonly failure: MachineFailure | null;
  /** Whether the guest will not go on. */
  readonly isOver: boolean;
}

/** When a look is taken. */
export interface Moment {
  /** The host's clock: a guest that does not run at all has a clock that stands still. */
  readonly hostMs: number;
  readonly guestMs: number;
  /** Instructions executed so far. */
  readonly instructions: number;
}

const NOTHING: Finding = { failure: null, isOver: false };

export class GuestWatch {
  readonly #boot = new BootWatch();
  readonly #promisesPrompt: boolean;
  /** When the panic was seen, in the guest's time. */
  #panickedMs: number | undefined;
  /** Host time without a word from the guest, and where the guest was when it began. */
  #silentMs = 0;
  #silentSince = 0;
  #lookedAtMs: number | undefined;
  #hasSpoken = false;

  /** `promisesPrompt`: whether the guest is known to come to a prompt; the start of another one ends with its first program. */
  constructor(promisesPrompt = true) {
    this.#promisesPrompt = promisesPrompt;
  }

  get stage(): GuestStage {
    const { stage } = this.#boot;
    return stage === 'userspace' && !this.#promisesPrompt ? 'ready' : stage;
  }

  /** Whether there was a prompt. */
  get hasPrompt(): boolean {
    return this.#boot.stage === 'ready';
  }

  takeConsole(bytes: Uint8Array): void {
    this.#boot.take(bytes);
    this.#hasSpoken = true;
  }

  /** Takes all that a console has printed earlier; a prompt is one wherever it stands. */
  recall(bytes: Uint8Array): void {
    const encoder = new TextEncoder();
    for (const piece of new TextDecoder().decode(bytes).split(/(?<=[#$] )/)) {
      this.takeConsole(encoder.encode(piece));
    }
  }

  /** Looks at the guest; to be called all the time while it runs. */
  look(moment: Moment): Finding {
    this.#countSilence(moment);
    const { stage } = this;
    const { panic, isPanicOver, oops, tail } = this.#boot;
    if (panic !== undefined) {
      this.#panickedMs ??= moment.guestMs;
      if (!isPanicOver && moment.guestMs - this.#panickedMs < PANIC_MS) return NOTHING;
      return { failure: panicFailure(panic, tail), isOver: true };
    }
    if (oops !== undefined) {
      return { failure: oopsFailure(oops), isOver: false };
    }
    if (stage === 'ready' || this.#silentMs <= STALL_MS) return NOTHING;
    const seconds = Math.floor(this.#silentMs / 1000);
    const isRunning = moment.instructions !== this.#silentSince;
    return { failure: stallFailure(seconds, isRunning, tail), isOver: false };
  }

  #countSilence({ hostMs, instructions }: Moment): void {
    const step = hostMs - (this.#lookedAtMs ?? hostMs);
    this.#lookedAtMs = hostMs;
    this.#silentMs += Math.min(step, LONGEST_STEP_MS);
    if (!this.#hasSpoken) return;
    this.#hasSpoken = false;
    this.#silentMs = 0;
    this.#silentSince = instructions;
  }
}

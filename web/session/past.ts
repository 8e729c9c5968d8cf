// The machine in its past, as the page knows it.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { PastNote } from '../../src/worker/api/past.ts';
import type { Power } from './power.ts';

/** A way that the machine is being taken, or could not be. */
export interface Travel {
  /** Sequence of the event that it leads to. */
  readonly to: number;
  /** Why it could not be taken, in words for the user; null while it is under way. */
  readonly problem: string | null;
}

export class Past {
  readonly #power: Power;
  readonly #note = signal<PastNote | null>(null);
  readonly #travel = signal<Travel | null>(null);
  /** The machine starts from nothing, or is taken elsewhere in time: what was done to it last is not so there. */
  readonly left = new Emitter<void>();

  constructor(power: Power) {
    this.#power = power;
    power.restarted.on(() => {
      this.#note.value = null;
      this.#travel.value = null;
      this.left.emit();
    });
    power.batches.on(({ past }) => {
      const { sequence, last } = this.#note.value ?? {};
      if (past?.sequence === sequence && past?.last === last) return;
      this.#note.value = past;
      this.left.emit();
    });
  }

  /** Where the machine stands; null where it has never been further. */
  get note(): ReadonlySignal<PastNote | null> {
    return this.#note;
  }

  /** Where the machine is on its way to; null when it is on none. */
  get travel(): ReadonlySignal<Travel | null> {
    return this.#travel;
  }

  /** Takes the machine to where an event had just happened; it stands still there. Returns whether it is there now. */
  async goTo(sequence: number): Promise<boolean> {
    const { api } = this.#power;
    if (api === null || this.#travel.value?.problem === null) return false;
    const travel: Travel = { to: sequence, problem: null };
    this.#travel.value = travel;
    try {
      await api.past.goTo(sequence);
      if (this.#travel.value === travel) this.#travel.value = null;
      return true;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (this.#travel.value === travel) this.#travel.value = { to: sequence, problem };
      return false;
    }
  }

  /** The person has read why the machine could not be taken there. */
  dismiss(): void {
    if (this.#travel.value?.problem !== null) this.#travel.value = null;
  }

  /** Takes the machine to where it had come to; it stands still there. */
  async toEnd(): Promise<void> {
    await this.#power.attempt(async (api) => void (await api.past.toEnd()));
  }
}

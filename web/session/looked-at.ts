// Faults that a person has looked at: their marks have done their work.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Power } from './power.ts';

/** Faults remembered: more than can have a mark. */
const MOST = 100;

export class LookedAt {
  readonly #faults = signal<ReadonlySet<number>>(new Set());

  constructor(power: Power) {
    power.restarted.on(() => this.#forget());
    power.rebooted.on(() => this.#forget());
  }

  /** Sequences. */
  get faults(): ReadonlySignal<ReadonlySet<number>> {
    return this.#faults;
  }

  look(sequence: number): void {
    this.#faults.value = new Set([...this.#faults.value, sequence].slice(-MOST));
  }

  #forget(): void {
    this.#faults.value = new Set();
  }
}

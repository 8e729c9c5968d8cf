// Faults that a person has looked at, and the one whose story is told.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Power } from './power.ts';

/** Faults remembered: more than can have a mark. */
const MOST = 100;

export class LookedAt {
  readonly #faults = signal<ReadonlySet<number>>(new Set());
  readonly #told = signal<number | null>(null);

  constructor(power: Power) {
    power.restarted.on(() => this.#forget());
    power.rebooted.on(() => this.#forget());
  }

  /** Sequences. */
  get faults(): ReadonlySignal<ReadonlySet<number>> {
    return this.#faults;
  }

  /** Sequence of the fault that was chosen; null for the latest. */
  get told(): ReadonlySignal<number | null> {
    return this.#told;
  }

  look(sequence: number): void {
    this.#faults.value = new Set([...this.#faults.value, sequence].slice(-MOST));
    this.#told.value = sequence;
  }

  /** The latest fault's story is told again. */
  follow(): void {
    this.#told.value = null;
  }

  #forget(): void {
    this.#faults.value = new Set();
    this.#told.value = null;
  }
}

// The machine in its past, as the page knows it.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { PastNote } from '../../src/worker/api/past.ts';
import type { Power } from './power.ts';

export class Past {
  readonly #power: Power;
  readonly #note = signal<PastNote | null>(null);

  constructor(power: Power) {
    this.#power = power;
    power.restarted.on(() => {
      this.#note.value = null;
    });
    power.batches.on(({ past }) => {
      const { sequence, last } = this.#note.value ?? {};
      if (past?.sequence !== sequence || past?.last !== last) this.#note.value = past;
    });
  }

  /** Where the machine stands; null where it has never been further. */
  get note(): ReadonlySignal<PastNote | null> {
    return this.#note;
  }

  /** Takes the machine to where it had come to; it stands still there. */
  async toEnd(): Promise<void> {
    await this.#power.attempt(async (api) => void (await api.past.toEnd()));
  }
}

// Why accesses were stopped: asked for each fault that is shown, once.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { EventStory } from '../../src/worker/api/why.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import type { Power } from './power.ts';

/** Stories kept at most: as many as there are cards. */
const MAX_STORIES = 100;
/** Questions of one batch: a flood of faults is explained from its newest on. */
const MAX_ASKED = 8;

export class Stories {
  readonly #power: Power;
  readonly #asked = new Set<number>();
  readonly #stories = signal<ReadonlyMap<number, EventStory>>(new Map());

  constructor(power: Power) {
    this.#power = power;
    power.restarted.on(() => this.#forget());
    power.rebooted.on(() => this.#forget());
  }

  /** Stories by the sequence of their fault. */
  get all(): ReadonlySignal<ReadonlyMap<number, EventStory>> {
    return this.#stories;
  }

  /** Asks for those of these faults, the newest first, that were not asked for. */
  want(faults: readonly FaultRecord[]): void {
    for (const { fault } of faults.slice(0, MAX_ASKED)) this.tell(fault.sequence);
  }

  /** Asks for one event, a fault or a refused request, that was not asked for. */
  tell(sequence: number): void {
    const { api } = this.#power;
    if (api === null || this.#asked.has(sequence)) return;
    this.#asked.add(sequence);
    void this.#ask(api.why, sequence);
  }

  async #ask(
    why: { explain(sequence: number): Promise<EventStory | null> },
    sequence: number,
  ): Promise<void> {
    try {
      const story = await why.explain(sequence);
      if (story === null || !this.#asked.has(sequence)) return;
      const stories = new Map([...this.#stories.value, [sequence, story]]);
      for (const oldest of stories.keys()) {
        if (stories.size <= MAX_STORIES) break;
        stories.delete(oldest);
      }
      this.#stories.value = stories;
    } catch {
      // Without a story the fault still says what it is.
    }
  }

  #forget(): void {
    this.#asked.clear();
    this.#stories.value = new Map();
  }
}

// Why accesses were stopped: asked for each fault that is shown, once.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { EventStory } from '../../src/worker/api/why.ts';
import { MAX_FAULTS, type FaultRecord } from '../model/machine-model.ts';
import type { FramePorts } from './frame-pacer.ts';
import type { Power } from './power.ts';

/** Stories kept at most: of the cards of the present, of those of a past moment, and of what was selected meanwhile. */
const MAX_STORIES = 4 * MAX_FAULTS;
/** Questions of one batch, and of one frame: a flood of faults is explained from its newest on. */
const MAX_ASKED = 8;

export class Stories {
  readonly #power: Power;
  readonly #onNextFrame: FramePorts['onNextFrame'];
  readonly #asked = new Set<number>();
  readonly #stories = signal<ReadonlyMap<number, EventStory>>(new Map());
  /** Those that were not asked for yet, the newest first. */
  #waiting: readonly number[] = [];
  #isWaiting = false;

  constructor(power: Power, { onNextFrame }: Pick<FramePorts, 'onNextFrame'>) {
    this.#power = power;
    this.#onNextFrame = onNextFrame;
    power.restarted.on(() => this.#forget());
    power.rebooted.on(() => this.#forget());
  }

  /** Stories by the sequence of their fault. */
  get all(): ReadonlySignal<ReadonlyMap<number, EventStory>> {
    return this.#stories;
  }

  /** Asks for those of these faults that were not asked for, the newest first: a few now, and the others by turns. */
  want(faults: readonly FaultRecord[]): void {
    this.#waiting = faults.map(({ fault }) => fault.sequence);
    this.#askSome();
  }

  /** Asks for one event, a fault or a refused request, that was not asked for. */
  tell(sequence: number): void {
    const { api } = this.#power;
    if (api === null || this.#asked.has(sequence)) return;
    this.#asked.add(sequence);
    void this.#ask(api.why, sequence);
  }

  #askSome(): void {
    const unasked = this.#waiting.filter((sequence) => !this.#asked.has(sequence));
    for (const sequence of unasked.slice(0, MAX_ASKED)) this.tell(sequence);
    this.#waiting = this.#power.api === null ? [] : unasked.slice(MAX_ASKED);
    if (this.#waiting.length === 0 || this.#isWaiting) return;
    this.#isWaiting = true;
    this.#onNextFrame(() => {
      this.#isWaiting = false;
      this.#askSome();
    });
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
        // Whoever looks back at it has it told again
        this.#asked.delete(oldest);
      }
      this.#stories.value = stories;
    } catch {
      // Without a story the fault still says what it is.
    }
  }

  #forget(): void {
    this.#asked.clear();
    this.#waiting = [];
    this.#stories.value = new Map();
  }
}

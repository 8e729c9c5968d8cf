// Accesses that a person has armed: each with when it is made, and what became of it.

import { proxy } from 'comlink';
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Emitter } from '../../src/base/emitter.ts';
import type { ArmedShot, LabApi, ScheduledOrder } from '../../src/worker/api/lab.ts';
import type { ArmedItem } from '../model/armed-item.ts';

interface ListPower {
  readonly restarted: Pick<Emitter<void>, 'on'>;
  readonly connected: Pick<Emitter<void>, 'on'>;
  readonly api: { readonly lab: Pick<LabApi, 'schedule' | 'cancel'> } | null;
}

/** Those that are listed: those that are over make room. */
const MOST_LISTED = 32;

export class ArmedList {
  readonly #power: ListPower;
  readonly #items = signal<readonly ArmedItem[]>([]);
  #last = 0;

  constructor(power: ListPower) {
    this.#power = power;
    // A reset leaves the worker as it is; what waits for a stage waits for the start that comes
    power.restarted.on(() => this.#cancelAll(({ order }) => order.when.kind !== 'stage'));
    // With another worker all are gone
    power.connected.on(() => {
      this.#items.value = [];
    });
  }

  /** The latest first. */
  get items(): ReadonlySignal<readonly ArmedItem[]> {
    return this.#items;
  }

  /** Arms an access. What becomes of it is in `items`. */
  async arm(order: ScheduledOrder): Promise<void> {
    const { api } = this.#power;
    if (api === null) return;
    this.#last += 1;
    const id = this.#last;
    const waiting = this.#items.peek().filter(({ state }) => state === 'armed');
    const over = this.#items.peek().filter(({ state }) => state !== 'armed');
    const kept = new Set([...waiting, ...over].slice(0, MOST_LISTED - 1));
    this.#items.value = [
      { id, order, state: 'armed', problem: null, shots: [] },
      ...this.#items.peek().filter((item) => kept.has(item)),
    ];
    const onShot = (shot: ArmedShot): void =>
      this.#change(id, ({ shots }) => ({ shots: [...shots, shot] }));
    try {
      const isDone = await api.lab.schedule(id, order, proxy(onShot));
      this.#change(id, () => ({ state: isDone ? 'over' : 'cancelled' }));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#change(id, () => ({ state: 'refused', problem }));
    }
  }

  cancel(id: number): void {
    // A worker that is gone has nothing armed
    this.#power.api?.lab.cancel(id).catch(() => undefined);
    this.#change(id, ({ state }) => ({ state: state === 'armed' ? 'cancelled' : state }));
  }

  /** Takes out those that are over. */
  clear(): void {
    this.#items.value = this.#items.peek().filter(({ state }) => state === 'armed');
  }

  #cancelAll(isOne: (item: ArmedItem) => boolean): void {
    for (const item of this.#items.peek()) {
      if (item.state === 'armed' && isOne(item)) this.cancel(item.id);
    }
  }

  #change(id: number, change: (item: ArmedItem) => Partial<ArmedItem>): void {
    this.#items.value = this.#items
      .peek()
      .map((item) => (item.id === id ? { ...item, ...change(item) } : item));
  }
}

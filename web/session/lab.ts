// The lab: a sweep of the machine, and what lazy invalidation leaves open.

import { proxy } from 'comlink';
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Emitter } from '../../src/base/emitter.ts';
import type { ArmedShot, LabApi, SweepResult, WindowReport } from '../../src/worker/api/lab.ts';

/** What is used of the machine's power. */
interface LabPower {
  readonly restarted: Pick<Emitter<void>, 'on'>;
  readonly connected: Pick<Emitter<void>, 'on'>;
  readonly batches: { on(listener: () => void): unknown };
  readonly api: { readonly lab: LabApi } | null;
}

/** How far a sweep is, or what it has found. */
export type SweepView =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly done: number; readonly of: number }
  | { readonly kind: 'done'; readonly result: SweepResult }
  | { readonly kind: 'failed'; readonly message: string };

/** An access that waits for an UNMAP that waits, and what became of it. */
export type ArmedView =
  | { readonly kind: 'none' }
  | { readonly kind: 'armed'; readonly endpoint: number }
  | { readonly kind: 'made'; readonly shot: ArmedShot }
  | { readonly kind: 'failed'; readonly message: string };

const NOTHING: SweepView = { kind: 'none' };
const NOT_ARMED: ArmedView = { kind: 'none' };
/** Bytes that an armed access reads. */
const LENGTH_BYTES = 16;

export class Lab {
  readonly #power: LabPower;
  readonly #sweep = signal<SweepView>(NOTHING);
  readonly #window = signal<WindowReport | null>(null);
  readonly #isWatching = signal(false);
  readonly #armed = signal<ArmedView>(NOT_ARMED);
  /** Counts machines: what an earlier one comes to is not told any more. */
  #turn = 0;
  #isAsking = false;

  constructor(power: LabPower) {
    this.#power = power;
    power.restarted.on(() => {
      this.#turn += 1;
      this.#sweep.value = NOTHING;
      this.#window.value = null;
      // A power cycle leaves the worker as it is, and what is armed there would be made in the next life
      if (this.#armed.value.kind === 'armed') this.disarm();
      this.#armed.value = NOT_ARMED;
    });
    // A fresh worker looks at nothing yet
    power.connected.on(() => void this.#tellWatch());
    power.batches.on(() => void this.#askWindow());
  }

  get sweep(): ReadonlySignal<SweepView> {
    return this.#sweep;
  }

  /** What was seen since somebody began to look; null while nobody looks, or nothing was told yet. */
  get window(): ReadonlySignal<WindowReport | null> {
    return this.#window;
  }

  get isWatching(): ReadonlySignal<boolean> {
    return this.#isWatching;
  }

  get armed(): ReadonlySignal<ArmedView> {
    return this.#armed;
  }

  /** Has an endpoint read what its driver has unmapped, as soon as an UNMAP waits. What becomes of it is in `armed`. */
  async arm(endpoint: number): Promise<void> {
    const { api } = this.#power;
    if (api === null) return;
    const turn = this.#turn;
    const mine: ArmedView = { kind: 'armed', endpoint };
    this.#armed.value = mine;
    const tell = (view: ArmedView): void => {
      if (turn === this.#turn && this.#armed.value === mine) this.#armed.value = view;
    };
    try {
      const request = { endpoint, access: 'read', length: LENGTH_BYTES } as const;
      const shot = await api.lab.arm(request, { kind: 'unmap-waits' });
      tell(shot === null ? NOT_ARMED : { kind: 'made', shot });
    } catch (error) {
      tell({ kind: 'failed', message: messageOf(error) });
    }
  }

  disarm(): void {
    this.#armed.value = NOT_ARMED;
    // A worker that is gone has nothing armed
    this.#power.api?.lab.disarm().catch(() => undefined);
  }

  /** Sweeps the machine as it is now. What goes wrong is in `sweep`. */
  async runSweep(): Promise<void> {
    const { api } = this.#power;
    if (api === null || this.#sweep.value.kind === 'running') return;
    const turn = this.#turn;
    const tell = (view: SweepView): void => {
      if (turn === this.#turn) this.#sweep.value = view;
    };
    tell({ kind: 'running', done: 0, of: 1 });
    try {
      const onPass = proxy((done: number, of: number) => tell({ kind: 'running', done, of }));
      tell({ kind: 'done', result: await api.lab.sweep(onPass) });
    } catch (error) {
      tell({ kind: 'failed', message: messageOf(error) });
    }
  }

  /** Has late UNMAPs looked for, from now on or no longer. */
  watchWindow(isOn: boolean): void {
    this.#isWatching.value = isOn;
    this.#window.value = null;
    void this.#tellWatch();
  }

  async #tellWatch(): Promise<void> {
    try {
      await this.#power.api?.lab.watchWindow(this.#isWatching.value);
    } catch {
      // Nobody looks: it could not be fetched, or another worker comes, which is told when it is there
      if (this.#power.api !== null) this.#isWatching.value = false;
    }
  }

  async #askWindow(): Promise<void> {
    const { api } = this.#power;
    if (!this.#isWatching.value || this.#isAsking || api === null) return;
    this.#isAsking = true;
    const turn = this.#turn;
    try {
      const report = await api.lab.window();
      if (turn === this.#turn && this.#isWatching.value) this.#window.value = report;
    } catch {
      // The worker is gone, which is said elsewhere
    } finally {
      this.#isAsking = false;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

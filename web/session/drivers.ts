// Which function of the guest's kernel asked for a request: the worker names the stacks of the requests that are looked at, once.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Stack } from '../../src/trace/record/who.ts';
import type { Power } from './power.ts';
import type { WorkerApi } from './worker-link.ts';

/** Gives the driver's function of a stack; null while it is not known. */
export type DriverNamer = (stack: Stack) => string | null;

export class Drivers {
  readonly #power: Power;
  /** By the object that the record has of each stack; null of those that are asked for, or have no name. */
  readonly #names = new WeakMap<Stack, string | null>();
  #wanted: Stack[] = [];
  readonly #namer = signal<DriverNamer>((stack) => this.#nameOf(stack));
  #isAsking = false;

  constructor(power: Power) {
    this.#power = power;
  }

  /** Another function whenever more names are known. */
  get namer(): ReadonlySignal<DriverNamer> {
    return this.#namer;
  }

  #nameOf(stack: Stack): string | null {
    const name = this.#names.get(stack);
    if (name !== undefined) return name;
    const { api, status } = this.#power;
    // A machine that is still on its way has the worker for itself.
    if (api === null || status.value === 'loading' || status.value === 'restoring') return null;
    this.#names.set(stack, null);
    this.#wanted.push(stack);
    if (!this.#isAsking) void this.#ask(api);
    return null;
  }

  async #ask(api: WorkerApi): Promise<void> {
    this.#isAsking = true;
    // With the others of this screen
    await Promise.resolve();
    const stacks = this.#wanted;
    this.#wanted = [];
    try {
      const names = await api.why.drivers(stacks);
      for (const [index, stack] of stacks.entries()) this.#names.set(stack, names[index] ?? null);
    } catch {
      // Without a name a request still says which task it was made for.
    }
    this.#isAsking = false;
    this.#namer.value = (stack) => this.#nameOf(stack);
    if (this.#wanted.length > 0) void this.#ask(api);
  }
}

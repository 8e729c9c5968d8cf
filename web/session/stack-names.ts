// What the worker knows of the stacks of the guest's kernel that are looked at: it is asked for each once.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Stack } from '../../src/trace/record/who.ts';
import type { Power } from './power.ts';
import type { WorkerApi } from './worker-link.ts';

/** Gives what is known of a stack; null while it is not known. */
export type StackNamer<Name> = (stack: Stack) => Name | null;

/** Asks the worker for several stacks. */
export type AskNames<Name> = (
  api: WorkerApi,
  stacks: readonly Stack[],
) => Promise<readonly (Name | null)[]>;

export class StackNames<Name> {
  readonly #power: Power;
  readonly #askNames: AskNames<Name>;
  /** By the object that the record has of each stack; null of those that are asked for, or have no name. */
  readonly #names = new WeakMap<Stack, Name | null>();
  #wanted: Stack[] = [];
  readonly #namer = signal<StackNamer<Name>>((stack) => this.#nameOf(stack));
  readonly #isAsking = signal(false);
  #isBusy = false;

  constructor(power: Power, askNames: AskNames<Name>) {
    this.#power = power;
    this.#askNames = askNames;
  }

  /** Another function whenever more names are known. */
  get namer(): ReadonlySignal<StackNamer<Name>> {
    return this.#namer;
  }

  /** Whether names are on their way. */
  get isAsking(): ReadonlySignal<boolean> {
    return this.#isAsking;
  }

  #nameOf(stack: Stack): Name | null {
    const name = this.#names.get(stack);
    if (name !== undefined) return name;
    const { api, status } = this.#power;
    // A machine that is still on its way has the worker for itself.
    if (api === null || status.value === 'loading' || status.value === 'restoring') return null;
    this.#names.set(stack, null);
    this.#wanted.push(stack);
    if (!this.#isBusy) void this.#ask(api);
    return null;
  }

  async #ask(api: WorkerApi): Promise<void> {
    this.#isBusy = true;
    // With the others of this screen; nobody is told while they are looked at
    await Promise.resolve();
    this.#isAsking.value = true;
    const stacks = this.#wanted;
    this.#wanted = [];
    try {
      const names = await this.#askNames(api, stacks);
      for (const [index, stack] of stacks.entries()) this.#names.set(stack, names[index] ?? null);
    } catch {
      // Without a name a request still says which task it was made for.
    }
    this.#isBusy = false;
    this.#isAsking.value = false;
    this.#namer.value = (stack) => this.#nameOf(stack);
    if (this.#wanted.length > 0) void this.#ask(api);
  }
}

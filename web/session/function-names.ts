// Names of the functions on stacks of the guest's kernel, which the worker knows: it is asked for each address once.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { Power } from './power.ts';
import type { WorkerApi } from './worker-link.ts';

/** Addresses that are asked for at once, and names that are kept: a guest can have stacks of anything. */
const MOST_AT_ONCE = 1 << 13;
const MOST_NAMES = 1 << 17;

type Followed = Pick<IommuRecord, 'everybody'>;

export class FunctionNames {
  readonly #power: Pick<Power, 'api' | 'status'>;
  readonly #version = signal(0);
  #names = new Map<number, string | null>();
  #record: Followed | undefined;
  /** Stacks that have been looked at. */
  #seen = 0;
  #wanted: number[] = [];
  #isAsking = false;
  #hasSymbols = true;

  constructor(power: Pick<Power, 'api' | 'status'>) {
    this.#power = power;
  }

  /** Another number whenever more names are known. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Whether this kernel's functions have names, as far as is known. */
  get hasSymbols(): boolean {
    return this.#hasSymbols;
  }

  /** The function that a return address leads back into; undefined where it has no name, or that is not known yet. */
  nameOf(address: number): string | undefined {
    return this.#names.get(address) ?? undefined;
  }

  /** Asks for what is not known of the stacks of a record. Returns whether all is known. */
  follow(record: Followed): boolean {
    if (record !== this.#record) this.#forget(record);
    const { stacks } = record.everybody;
    for (const { addresses } of stacks.slice(this.#seen)) {
      for (const address of addresses) {
        if (this.#names.has(address) || this.#names.size >= MOST_NAMES) continue;
        this.#names.set(address, null);
        this.#wanted.push(address);
      }
    }
    this.#seen = stacks.length;
    if (this.#wanted.length === 0 || !this.#hasSymbols) return !this.#isAsking;
    const { api, status } = this.#power;
    // A machine that is still on its way has the worker for itself
    const isEarly = status.peek() === 'loading' || status.peek() === 'restoring';
    if (api !== null && !isEarly && !this.#isAsking) void this.#ask(api);
    return false;
  }

  async #ask(api: WorkerApi): Promise<void> {
    const names = this.#names;
    this.#isAsking = true;
    while (this.#wanted.length > 0 && this.#names === names) {
      const asked = this.#wanted.slice(0, MOST_AT_ONCE);
      this.#wanted = this.#wanted.slice(MOST_AT_ONCE);
      const found = await named(api, asked);
      if (this.#names !== names) break;
      this.#hasSymbols = found !== null;
      for (const [index, address] of asked.entries()) names.set(address, found?.[index] ?? null);
      if (found === null) this.#wanted = [];
    }
    this.#isAsking = false;
    this.#version.value += 1;
  }

  #forget(record: Followed): void {
    this.#record = record;
    this.#names = new Map();
    this.#wanted = [];
    this.#seen = 0;
    this.#hasSymbols = true;
  }
}

async function named(
  api: WorkerApi,
  addresses: readonly number[],
): Promise<readonly (string | null)[] | null> {
  try {
    return await api.why.names(addresses);
  } catch {
    // The worker is gone, which is said elsewhere
    return null;
  }
}

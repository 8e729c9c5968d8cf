// The requirements of the specification: fetched when they are first asked for.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { Requirement } from '../conformance/requirement.ts';
import type { RequirementsView } from '../model/requirements-view.ts';

/** Fetches them; rejects where they are not there. */
export type LoadRequirements = () => Promise<readonly Requirement[]>;

/** Where there are none. */
export const NO_REQUIREMENTS: LoadRequirements = async () => {
  throw new Error('nobody has said where the requirements are');
};

export class Requirements {
  readonly #load: LoadRequirements;
  readonly #view = signal<RequirementsView>({ kind: 'loading' });
  readonly #query = signal('');
  readonly #sought = new Emitter<void>();
  #isAsked = false;

  constructor(load: LoadRequirements) {
    this.#load = load;
  }

  get view(): ReadonlySignal<RequirementsView> {
    return this.#view;
  }

  /** What is looked for among them. */
  get query(): ReadonlySignal<string> {
    return this.#query;
  }

  /** Calls when some of them are to be shown. */
  get sought(): Pick<Emitter<void>, 'on'> {
    return this.#sought;
  }

  search(text: string): void {
    this.#query.value = text;
  }

  /** Shows those that have these words. */
  seek(text: string): void {
    this.search(text);
    this.#sought.emit();
  }

  /** Fetches them, once; after a failure, again. */
  want(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    try {
      this.#view.value = { kind: 'ready', list: await this.#load() };
    } catch {
      this.#isAsked = false;
      this.#view.value = { kind: 'failed' };
    }
  }
}

/** Loads the file that the build makes of them. */
export function fetchRequirements(url: string): LoadRequirements {
  return async () => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`there is no ${url}`);
    const list: readonly Requirement[] = await response.json();
    return list;
  };
}

// The one filter of the page, as a person writes it: whether it is right is found where it is used.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { Move } from './address/move.ts';

export class FilterChoice {
  readonly #text = signal('');
  readonly #moved = new Emitter<Move>();

  /** Empty: everything is let through. */
  get text(): ReadonlySignal<string> {
    return this.#text;
  }

  /** Calls after each change. */
  get moved(): Pick<Emitter<Move>, 'on'> {
    return this.#moved;
  }

  set(text: string, move: Move = 'replace'): void {
    if (text === this.#text.peek()) return;
    this.#text.value = text;
    this.#moved.emit(move);
  }
}

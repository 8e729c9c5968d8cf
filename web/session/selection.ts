// The one thing of the page that is selected: it is lit wherever it is shown.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import { NO_SELECTION, type Selection } from '../model/domain-choice.ts';
import { isSameLocator, type Locator } from '../model/locator.ts';
import type { Move } from './address/move.ts';

/** The domain that an event is about; null for one without, or that is kept no more. */
export type DomainOf = (sequence: number) => number | null;

export class SelectionChoice {
  readonly #chosen = signal<Locator | null>(null);
  readonly #moved = new Emitter<Move>();
  /** Whose mappings are shown: those of the last thing selected that has any. */
  readonly shown: ReadonlySignal<Selection>;

  constructor(domainOf: DomainOf) {
    let last: Selection = NO_SELECTION;
    this.shown = computed(() => {
      const next = shownOf(this.#chosen.value, domainOf, last);
      if (next.kind !== last.kind || !('id' in last && 'id' in next) || last.id !== next.id)
        last = next;
      return last;
    });
  }

  /** What is selected; null for nothing. */
  get chosen(): ReadonlySignal<Locator | null> {
    return this.#chosen;
  }

  /** Sequence of the event that is selected; null when none is. */
  get event(): number | null {
    const chosen = this.#chosen.peek();
    return chosen?.kind === 'event' ? chosen.sequence : null;
  }

  /** Calls after each choice. */
  get moved(): Pick<Emitter<Move>, 'on'> {
    return this.#moved;
  }

  select(locator: Locator | null, move: Move = 'push'): void {
    if (isSameLocator(locator, this.#chosen.peek())) return;
    this.#chosen.value = locator;
    this.#moved.emit(move);
  }
}

function shownOf(chosen: Locator | null, domainOf: DomainOf, last: Selection): Selection {
  if (chosen === null) return NO_SELECTION;
  switch (chosen.kind) {
    case 'endpoint':
    case 'domain':
      return { kind: chosen.kind, id: chosen.id };
    case 'mapping':
    case 'iova':
      return { kind: 'domain', id: chosen.domain };
    case 'event': {
      const id = domainOf(chosen.sequence);
      return id === null ? last : { kind: 'domain', id };
    }
    case 'page':
      return last;
  }
}

// Underlines what is wrong with a filter, where it is wrong.

import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';
import type { Place } from '../../src/trace/filter/filter-problem.ts';

/** What is wrong in the text as it is; null where nothing is. */
export const setWrong = StateEffect.define<Place | null>();

/** Stands where something is missing. */
class Missing extends WidgetType {
  override eq(): boolean {
    return true;
  }

  override toDOM(): HTMLElement {
    const gap = document.createElement('span');
    gap.className = 'filter-wrong filter-missing';
    return gap;
  }
}

const WRONG = Decoration.mark({ class: 'filter-wrong' });
const MISSING = Decoration.widget({ widget: new Missing(), side: 1 });

function decorations(place: Place | null, length: number): DecorationSet {
  if (place === null) return Decoration.none;
  const from = Math.min(place.from, length);
  const to = Math.min(place.to, length);
  return Decoration.set(to > from ? WRONG.range(from, to) : MISSING.range(from));
}

const wrongPlace = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, transaction) => {
    const told = transaction.effects.find((effect) => effect.is(setWrong));
    return told === undefined
      ? before.map(transaction.changes)
      : decorations(told.value, transaction.newDoc.length);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function wrongPlaces(): Extension {
  return wrongPlace;
}

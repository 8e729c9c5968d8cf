// The colours of a filter's words. They are the page's own, so that both themes have theirs.

import type { Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { writtenWords, type WordKind } from '../../src/trace/filter/written-words.ts';

const MARKS: Readonly<Record<WordKind, Decoration>> = {
  field: Decoration.mark({ class: 'filter-field' }),
  function: Decoration.mark({ class: 'filter-function' }),
  operator: Decoration.mark({ class: 'filter-operator' }),
  name: Decoration.mark({ class: 'filter-value' }),
  number: Decoration.mark({ class: 'filter-value' }),
  text: Decoration.mark({ class: 'filter-quoted' }),
};

function coloured({ state }: EditorView): DecorationSet {
  const words = writtenWords(state.doc.toString());
  return Decoration.set(words.map(({ from, to, kind }) => MARKS[kind].range(from, to)));
}

class Colours {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = coloured(view);
  }

  update({ docChanged, view }: ViewUpdate): void {
    if (docChanged) this.decorations = coloured(view);
  }
}

export function highlighting(): Extension {
  return [
    ViewPlugin.fromClass(Colours, { decorations: ({ decorations }) => decorations }),
    EditorView.theme({
      '.filter-field, .filter-function': { color: 'var(--read)' },
      '.filter-function': { fontStyle: 'italic' },
      '.filter-value': { color: 'var(--translated)' },
      '.filter-quoted': { color: 'var(--write)' },
      '.filter-operator': { fontWeight: '600' },
    }),
  ];
}

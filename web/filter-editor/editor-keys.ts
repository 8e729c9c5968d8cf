// The keys of the filter's editor. Those that are not here belong to the browser or to the page.

import {
  acceptCompletion,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  startCompletion,
} from '@codemirror/autocomplete';
import { history, historyKeymap } from '@codemirror/commands';
import { Prec, type Extension } from '@codemirror/state';
import { keymap, type Command } from '@codemirror/view';

export interface EditorActions {
  /** Applies the filter as it is written. */
  readonly onApply: () => void;
  /** Takes the filter away. */
  readonly onClear: () => void;
}

/** Opens the list of what can be written, or goes on in it. */
const down: Command = (view) => moveCompletionSelection(true)(view) || startCompletion(view);

/** Takes what is chosen in the list, or the first. Without a list, Tab leads out of the editor as everywhere. */
const take: Command = (view) => {
  if (completionStatus(view.state) !== 'active') return false;
  return acceptCompletion(view) || (moveCompletionSelection(true)(view) && acceptCompletion(view));
};

export function editorKeys({ onApply, onClear }: EditorActions): Extension {
  const apply: Command = (view) => {
    if (!acceptCompletion(view)) {
      closeCompletion(view);
      onApply();
    }
    return true;
  };
  const escape: Command = (view) => {
    // One that is only being made is not seen
    const isSeen = completionStatus(view.state) === 'active';
    closeCompletion(view);
    if (isSeen) return true;
    if (view.state.doc.length === 0) return false;
    onClear();
    return true;
  };
  return [
    history(),
    Prec.highest(
      keymap.of([
        { key: 'Enter', run: apply, shift: apply },
        { key: 'Escape', run: escape, stopPropagation: true },
        { key: 'Tab', run: take },
        { key: 'ArrowDown', run: down },
        { key: 'ArrowUp', run: moveCompletionSelection(false) },
        { key: 'PageDown', run: moveCompletionSelection(true, 'page') },
        { key: 'PageUp', run: moveCompletionSelection(false, 'page') },
        { key: 'Ctrl-Space', run: startCompletion },
      ]),
    ),
    keymap.of(historyKeymap),
  ];
}

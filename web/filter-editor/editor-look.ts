// How the editor looks: a field like the others of the page, in the colours of its theme.

import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

export function editorLook(): Extension {
  return EditorView.theme({
    '&.cm-editor': {
      flex: '1',
      minWidth: '0',
      backgroundColor: 'transparent',
      color: 'var(--text)',
    },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': {
      alignItems: 'center',
      overflowX: 'auto',
      fontFamily: 'inherit',
      lineHeight: '1.5',
      // The caret leads through a long filter; a bar would cover it
      scrollbarWidth: 'none',
    },
    '.cm-content': { padding: '0', caretColor: 'var(--text)' },
    '.cm-line': { padding: '0 1px' },
    '.cm-placeholder': { color: 'var(--text-quiet)' },
    '.filter-wrong': {
      textDecoration: 'underline wavy var(--blocked)',
      textDecorationSkipInk: 'none',
      textUnderlineOffset: '3px',
    },
    '.filter-missing': {
      display: 'inline-block',
      width: '1ch',
      height: '1em',
      borderBottom: '2px dotted var(--blocked)',
      verticalAlign: 'baseline',
    },
    '&.cm-tooltip, .cm-tooltip': {
      overflow: 'hidden',
      border: '1px solid var(--line-strong)',
      borderRadius: 'var(--radius-small)',
      backgroundColor: 'var(--pane)',
      color: 'var(--text)',
      boxShadow: '0 6px 20px rgb(0 0 0 / 22%)',
    },
    '.cm-tooltip-below': { marginTop: '7px' },
    '.cm-tooltip-above': { marginTop: '-7px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': {
      maxHeight: 'min(16em, 40vh)',
      maxWidth: 'min(640px, calc(100vw - 16px))',
      fontFamily: 'var(--font-mono)',
      fontSize: 'var(--text-2)',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
      display: 'flex',
      gap: '12px',
      alignItems: 'center',
      minHeight: '24px',
      padding: '1px 8px',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
      backgroundColor: 'var(--accent)',
      color: 'var(--accent-text)',
    },
    '.cm-completionLabel': {
      flex: 'none',
      maxWidth: '100%',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
    },
    '.cm-completionDetail': {
      flex: '1',
      minWidth: '0',
      margin: '0',
      overflow: 'hidden',
      color: 'var(--text-quiet)',
      fontFamily: 'var(--font-ui)',
      fontStyle: 'normal',
      textAlign: 'right',
      textOverflow: 'ellipsis',
    },
    'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
    '.cm-completionMatchedText': { textDecoration: 'none' },
  });
}

// Keeps the editor's text in one line, whatever is pasted or typed into it.

import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { MAX_TEXT } from '../../src/trace/filter/syntax.ts';

/** Lines as one; what is longer than any filter can be is cut behind the character that makes it too long. */
export function inOneLine(text: string): string {
  return text
    .replaceAll(/^\s*[\r\n]\s*|\s*[\r\n]\s*$/g, '')
    .replaceAll(/\s*[\r\n\u2028\u2029]\s*/g, ' ')
    .slice(0, MAX_TEXT + 1);
}

/** What is pasted or dropped becomes one line, and a line that comes in another way, too. */
export function oneLine(): Extension {
  return [
    EditorView.clipboardInputFilter.of(inOneLine),
    EditorState.transactionFilter.of((transaction) => {
      const { newDoc } = transaction;
      if (newDoc.lines === 1) return transaction;
      const breaks = [];
      for (let line = 1; line < newDoc.lines; line += 1) {
        const at = newDoc.line(line).to;
        breaks.push({ from: at, to: at + 1, insert: ' ' });
      }
      return [transaction, { changes: breaks, sequential: true }];
    }),
  ];
}

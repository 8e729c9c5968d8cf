// Keeps a note beside a word, inside the window. Fetched with the first note.

import { autoUpdate, computePosition, flip, offset, shift } from '@floating-ui/dom';

async function place(note: HTMLElement, word: HTMLElement): Promise<void> {
  const { x, y } = await computePosition(word, note, {
    strategy: 'fixed',
    placement: 'bottom-start',
    middleware: [offset(6), flip(), shift({ padding: 8 })],
  });
  note.style.left = `${x}px`;
  note.style.top = `${y}px`;
  note.style.visibility = 'visible';
}

/** Until the returned function is called. */
export function placeBeside(note: HTMLElement, word: HTMLElement): () => void {
  return autoUpdate(word, note, () => void place(note, word));
}

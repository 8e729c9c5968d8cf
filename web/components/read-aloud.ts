// Whether what the console prints is offered to screen readers: xterm then keeps its lines as text beside what it draws, which
// takes time at every line, so only who wants it has it. The choice is kept.

import { signal, type ReadonlySignal } from '@preact/signals';

const STORAGE_KEY = 'viommu.read-aloud';

/** Storage may be forbidden; then the choice lasts as long as the page. */
function readChoice(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'yes';
  } catch {
    return false;
  }
}

const choice = signal(readChoice());

export const readsAloud: ReadonlySignal<boolean> = choice;

export function toggleReadAloud(): void {
  choice.value = !choice.value;
  try {
    localStorage.setItem(STORAGE_KEY, choice.value ? 'yes' : 'no');
  } catch {
    // Nothing to do: see readChoice.
  }
}

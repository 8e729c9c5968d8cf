// How much room there is: for a desk, or for one column only.

import { signal, type ReadonlySignal } from '@preact/signals';

/** As in layout.css. */
const DESK = '(min-width: 1100px) and (min-height: 640px)';
/** Letters stay as large as they are: there is room for more panes. */
const WALL = '(min-width: 2200px)';

/** Whether panes stand side by side; else they stand one below another, and the page scrolls. */
export function followRoom(): ReadonlySignal<boolean> {
  const query = matchMedia(DESK);
  const hasRoom = signal(query.matches);
  query.addEventListener('change', () => {
    hasRoom.value = query.matches;
  });
  return hasRoom;
}

export function isLargeScreen(): boolean {
  return matchMedia(WALL).matches;
}

// The buttons of a map's head, and its keys.

import type { JSX } from 'preact';

export const ZOOM_STEP = 1.5;
export const MAP_KEYS = 'W S A D + - Home Shift+ArrowRight Shift+ArrowLeft Enter';

/** What the buttons move. */
export interface MapMoves {
  /** Shows `factor` times as much. */
  zoom(factor: number): void;
  showWhole(): void;
}

export interface MapToolsProps {
  readonly view: () => MapMoves | null;
  readonly showsTable: boolean;
  readonly onTable: () => void;
}

export function MapTools({ view, showsTable, onTable }: MapToolsProps): JSX.Element {
  return (
    <>
      <button
        type="button"
        class="button button-small"
        aria-label="Zoom out"
        title="Zoom out (S or −)"
        onClick={() => view()?.zoom(ZOOM_STEP)}
      >
        −
      </button>
      <button
        type="button"
        class="button button-small"
        aria-label="Zoom in"
        title="Zoom in (W or +); drag, or A and D, to move"
        onClick={() => view()?.zoom(1 / ZOOM_STEP)}
      >
        +
      </button>
      <button
        type="button"
        class="button button-small"
        title="Show all of it (Home)"
        onClick={() => view()?.showWhole()}
      >
        All
      </button>
      <button
        type="button"
        class="button button-small"
        aria-pressed={showsTable}
        title="The same as a table"
        onClick={onTable}
      >
        Table
      </button>
    </>
  );
}

// The buttons of a map's head.

import type { JSX } from 'preact';
import { ZoomButtons, type ZoomMoves } from './zoom-buttons.tsx';

const TITLES = {
  farther: 'Zoom out (S or −)',
  closer: 'Zoom in (W or +); drag, or A and D, to move',
  whole: 'Show all of it (Home)',
} as const;

export interface MapToolsProps {
  readonly view: () => ZoomMoves | null;
  readonly showsTable: boolean;
  readonly onTable: () => void;
}

export function MapTools({ view, showsTable, onTable }: MapToolsProps): JSX.Element {
  return (
    <>
      <ZoomButtons view={view} titles={TITLES} />
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

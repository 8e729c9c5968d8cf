// Leads to every pane, opens those that are closed, and puts all back.

import type { JSX } from 'preact';
import { PanesIcon } from '../components/icons.tsx';
import { MenuButton } from '../components/menu-button.tsx';
import type { Desk } from './desk.ts';
import type { DeskPane } from './desk-pane.ts';

export interface PanesMenuProps {
  readonly desk: Desk;
  readonly panes: readonly DeskPane[];
}

export function PanesMenu({ desk, panes }: PanesMenuProps): JSX.Element {
  return (
    <MenuButton
      label="Panes"
      title="Show or open a pane"
      items={() => [
        ...panes.map(({ id, title }) => ({
          label: desk.open.peek().includes(id) ? title : `${title} (closed)`,
          run: () => desk.show(id),
        })),
        { label: 'Reset layout', isFirstOfGroup: true, run: () => desk.reset() },
      ]}
    >
      <PanesIcon />
      <span>Panes</span>
    </MenuButton>
  );
}

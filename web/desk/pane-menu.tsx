// What can be done with a pane: moved, shown larger, closed; without dragging.

import type { JSX } from 'preact';
import { MoreIcon } from '../components/icons.tsx';
import { MenuButton, type MenuItem } from '../components/menu-button.tsx';
import type { Desk } from './desk.ts';
import type { DeskPane } from './desk-pane.ts';
import { groupsOf, type Side } from './layout.ts';

const SIDES: readonly (readonly [Side, string])[] = [
  ['left', 'Move left'],
  ['right', 'Move right'],
  ['up', 'Move up'],
  ['down', 'Move down'],
];

export interface PaneMenuProps {
  readonly desk: Desk;
  readonly pane: DeskPane;
  readonly panes: readonly DeskPane[];
  /** Whether panes stand side by side. */
  readonly hasRoom: boolean;
}

function moveItems({ desk, pane, panes }: PaneMenuProps): readonly MenuItem[] {
  const titleOf = (id: string): string => panes.find((each) => each.id === id)?.title ?? id;
  const isLarge = desk.large.peek() === pane.id;
  const whyNot = isLarge ? 'It has all the room: show it in its place first' : null;
  const moves = SIDES.map(([side, label]): MenuItem => ({
    label,
    reason: desk.canMove(pane.id, side) ? null : (whyNot ?? 'There is nothing on that side'),
    run: () => desk.move(pane.id, side),
  }));
  const others = groupsOf(desk.layout.peek()).filter(({ tabs }) => !tabs.includes(pane.id));
  const joins = others.map(({ front }, at): MenuItem => ({
    label: `Into the tabs of ${titleOf(front)}`,
    isFirstOfGroup: at === 0,
    run: () => desk.put(pane.id, { kind: 'tabs', of: front }),
  }));
  return [...moves, ...joins];
}

export function PaneMenu(props: PaneMenuProps): JSX.Element {
  const { desk, pane, hasRoom } = props;
  const items = (): readonly MenuItem[] => {
    const isLarge = desk.large.peek() === pane.id;
    const size: MenuItem = {
      label: isLarge ? 'Show in its place' : 'Show larger',
      run: () => desk.enlarge(isLarge ? null : pane.id),
    };
    const end: MenuItem = {
      label: 'Close',
      isFirstOfGroup: hasRoom,
      run: () => desk.close(pane.id),
    };
    return hasRoom ? [size, ...moveItems(props), end] : [end];
  };
  return (
    <MenuButton
      label={`${pane.title}: move or close`}
      title="Move, enlarge or close"
      class="button button-small button-menu"
      items={items}
    >
      <MoreIcon />
    </MenuButton>
  );
}

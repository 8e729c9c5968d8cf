// The panes on the screen. All of them are children of one element, each under its own key, and styles put them where the layout has
// them: so a pane that moves stays the same element and keeps what is in it, and the order of the elements is the one in which
// they are read.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { PaneHandleContext, type PaneHandle } from '../components/pane.tsx';
import type { Desk } from './desk.ts';
import type { DeskPane } from './desk-pane.ts';
import { grab } from './dragging.ts';
import { measure, type Rect } from './geometry.ts';
import { groupsOf, type Group } from './layout.ts';
import { PaneMenu } from './pane-menu.tsx';
import { SplitterView } from './splitter-view.tsx';
import { rectStyle } from './rect-style.ts';
import { TabStrip } from './tab-strip.tsx';

export interface DeskViewProps {
  readonly desk: Desk;
  readonly panes: readonly DeskPane[];
  /** Whether panes stand side by side. */
  readonly hasRoom: ReadonlySignal<boolean>;
  /** Another view shows but this one of the panes; null where the desk itself is shown. */
  readonly only: string | null;
}

const ALL: Rect = { left: 0, top: 0, width: 1, height: 1 };

interface PlaceProps {
  readonly desk: Desk;
  readonly pane: DeskPane;
  /** Null: the pane is not seen. */
  readonly rect: Rect | null;
  readonly isTabbed: boolean;
  /** Whether panes have menus, and can be dragged. */
  readonly hasMenu: boolean;
  readonly canGrab: boolean;
  readonly panes: readonly DeskPane[];
}

function Place(props: PlaceProps): JSX.Element {
  const { desk, pane, panes, rect, isTabbed, hasMenu, canGrab } = props;
  const handle = useMemo(
    (): PaneHandle | null =>
      hasMenu
        ? {
            menu: <PaneMenu desk={desk} pane={pane} panes={panes} hasRoom={canGrab} />,
            onGrab: canGrab ? (event) => grab(event, desk, pane.id) : null,
          }
        : null,
    [desk, pane, panes, hasMenu, canGrab],
  );
  const element = useRef<HTMLDivElement>(null);
  const canLeaveSight = hasMenu && !canGrab;
  useLayoutEffect(() => {
    if (!canLeaveSight || element.current === null) return undefined;
    return pane.sight?.watch(element.current);
  }, [pane, canLeaveSight]);
  // The same object as long as the pane is the same: it is not drawn anew while its place changes
  const content = useMemo(() => pane.render(), [pane]);
  return (
    <div
      ref={element}
      class="desk-place"
      data-place={pane.id}
      data-tabbed={isTabbed}
      data-half={pane.isHalf}
      data-present={pane.isPresent}
      role={isTabbed ? 'tabpanel' : undefined}
      aria-labelledby={isTabbed ? `${pane.id}-tab` : undefined}
      hidden={rect === null}
      style={rectStyle(rect ?? ALL)}
    >
      <PaneHandleContext.Provider value={handle}>{content}</PaneHandleContext.Provider>
    </div>
  );
}

/** What is seen, group by group. */
function shownGroups(props: DeskViewProps): readonly { group: Group; rect: Rect }[] {
  const { desk, only, hasRoom } = props;
  const alone = (pane: string): { group: Group; rect: Rect } => ({
    group: { kind: 'group', tabs: [pane], front: pane },
    rect: ALL,
  });
  if (only !== null) return [alone(only)];
  const layout = desk.layout.value;
  // One below another there are no tabs
  if (!hasRoom.value) return groupsOf(layout).flatMap(({ tabs }) => tabs.map(alone));
  const large = desk.large.value;
  return large === null ? measure(layout).groups : [alone(large)];
}

/** Nothing that can be dragged is below it. */
function DropZone({ desk }: { desk: Desk }): JSX.Element | null {
  const drag = desk.drag.value;
  if (drag === null) return null;
  return (
    <div class="drop-zone" data-none={drag.rect === null} style={rectStyle(drag.rect ?? ALL)} />
  );
}

export function DeskView(props: DeskViewProps): JSX.Element {
  const { desk, panes, only } = props;
  const isDesk = only === null;
  const hasRoom = props.hasRoom.value;
  const groups = shownGroups(props);
  const byId = new Map(panes.map((pane) => [pane.id, pane]));
  const titleOf = (id: string): string => byId.get(id)?.title ?? id;
  const shown = new Set(groups.map(({ group }) => group.front));
  const place = (pane: DeskPane, rect: Rect | null, isTabbed: boolean): JSX.Element => (
    <Place
      key={pane.id}
      desk={desk}
      pane={pane}
      panes={panes}
      rect={rect}
      isTabbed={isTabbed}
      hasMenu={isDesk}
      canGrab={isDesk && hasRoom}
    />
  );
  // One list of all: a pane that comes or goes between its parts would be another
  const places = [
    ...groups.flatMap(({ group, rect }) => {
      const { tabs, front } = group;
      const isTabbed = tabs.length > 1;
      const pane = byId.get(front);
      return [
        isTabbed ? (
          <TabStrip
            key={`tabs of ${tabs[0]}`}
            desk={desk}
            panes={panes}
            group={group}
            rect={rect}
          />
        ) : null,
        pane === undefined ? null : place(pane, rect, isTabbed),
      ];
    }),
    ...panes
      .filter(({ id, isKept }) => isKept && !shown.has(id))
      .map((pane) => place(pane, null, false)),
  ];
  return (
    <>
      {places}
      {isDesk && groups.length === 0 ? (
        <p class="desk-empty" key="no pane">
          No pane is open.{' '}
          <button type="button" class="button" onClick={() => desk.reset()}>
            Reset layout
          </button>
        </p>
      ) : null}
      {isDesk && hasRoom && desk.large.value === null
        ? measure(desk.layout.value).splitters.map((splitter) => (
            <SplitterView
              key={`border ${splitter.path.join('.')} ${splitter.index}`}
              desk={desk}
              splitter={splitter}
              label={`Border between ${splitter.between.map(titleOf).join(' and ')}`}
            />
          ))
        : null}
      <DropZone key="drop zone" desk={desk} />
    </>
  );
}

// Puts the page into its place. Fetched beside the machine's worker, which is started first.

import { render } from 'preact';
import type { UpdateNoticeProps } from '../components/update-notice.tsx';
import { Desk } from '../desk/desk.ts';
import { followRoom, isLargeScreen } from '../desk/room.ts';
import type { Offline } from '../offline/offline.ts';
import type { PageAddress } from '../session/address/page-address.ts';
import type { MachineSession } from '../session/machine-session.ts';
import { App } from './app.tsx';
import { doorPorts } from './door-ports.ts';
import { MachineDoor } from './machine-door.tsx';
import { makeOverlays } from './overlays.tsx';
import { paneProps } from './pane-props.ts';
import { DESK_PLAN, PANES, WALL_PLAN } from './pane-table.tsx';
import { seeProps } from './see-props.ts';
import { chooseStory } from './story-choice.ts';
import { chooseView } from './view-choice.ts';

/** Null where it is forbidden. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export function showPage(
  session: MachineSession,
  address: PageAddress,
  offline: Offline,
  root: HTMLElement,
): void {
  const choice = chooseView(address);
  const desk = new Desk({
    panes: PANES,
    plan: () => (isLargeScreen() ? WALL_PLAN : DESK_PLAN),
    storage: storage(),
    onOpen: () => choice.onView('inspect'),
    // What is opened is there with the next frame
    onFocus: (pane) => session.onNextFrame(() => focusPane(root, pane)),
  });
  bringDetail(session, desk);
  const story = chooseStory(address, session.guided);
  const see = seeProps(session, { onInspect: (pane) => desk.show(pane), story });
  const machine = new MachineDoor(doorPorts(session, address));
  const panes = paneProps(session, () => void machine.open());
  const { isOfLaterPage } = address;
  const hasRoom = followRoom();
  const update: UpdateNoticeProps = {
    hasUpdate: offline.hasUpdate,
    onReload: () => location.reload(),
    onDismiss: () => offline.dismiss(),
  };
  const overlays = makeOverlays({ session, choice, desk, panes });
  render(
    <App {...{ panes, see, choice, desk, hasRoom, overlays, isOfLaterPage, machine, update }} />,
    root,
  );
}

/** What is chosen in one pane of Inspect is told in another, which comes to the front of its tabs. */
function bringDetail(session: MachineSession, desk: Desk): void {
  const { selection, told } = session;
  const bring = (): void => {
    const chosen = selection.chosen.peek();
    // Devices and domains are chosen to work with, and have panes of their own
    if (chosen === null || chosen.kind === 'endpoint' || chosen.kind === 'domain') return;
    const isFault = chosen.kind === 'event' && chosen.sequence === told.peek()?.tale.fault.sequence;
    desk.front(isFault ? 'story' : 'inspector');
  };
  selection.moved.on(bring);
  bring();
}

function focusPane(root: HTMLElement, pane: string): void {
  const heading = root.querySelector<HTMLElement>(`#${pane}-title`);
  heading?.scrollIntoView({ block: 'nearest' });
  heading?.focus();
}

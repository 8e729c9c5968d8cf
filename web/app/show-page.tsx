// Puts the page into its place. Fetched beside the machine's worker, which is started first.

import { render } from 'preact';
import { KERNEL_ATTACK } from '../components/attack-words.ts';
import type { UpdateNoticeProps } from '../components/update-notice.tsx';
import { Desk } from '../desk/desk.ts';
import { followRoom, isLargeScreen } from '../desk/room.ts';
import { Sights } from '../desk/sights.ts';
import type { Offline } from '../offline/offline.ts';
import type { Move } from '../session/address/move.ts';
import type { PageAddress } from '../session/address/page-address.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { Opening } from '../session/opening.ts';
import { nextTask } from '../next-task.ts';
import { PARTS } from './app.tsx';
import { doorPorts } from './door-ports.ts';
import { MachineDoor } from './machine-door.tsx';
import { makeOverlays } from './overlays.tsx';
import { paneProps } from './pane-props.ts';
import { DESK_PLAN, PANES, WALL_PLAN } from './pane-table.tsx';
import { seeProps } from './see-props.ts';
import { shareProps } from './share-props.ts';
import { openingProps, Stage, type Parts } from './stage.tsx';
import { chooseStory } from './story-choice.ts';
import { Unfolding } from './unfolding.tsx';
import { chooseView } from './view-choice.ts';

/** Null where it is forbidden. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Resolves when all of it is there. */
export async function showPage(
  session: MachineSession,
  address: PageAddress,
  offline: Offline,
  opening: Opening,
  root: HTMLElement,
): Promise<void> {
  const choice = chooseView(address);
  const hasRoom = followRoom();
  const desk = new Desk({
    panes: PANES,
    plan: () => (isLargeScreen() ? WALL_PLAN : DESK_PLAN),
    storage: storage(),
    onOpen: () => choice.onView('inspect'),
    // What is opened is there with the next frame
    onFocus: (pane) => session.onNextFrame(() => focusPane(root, pane, !hasRoom.peek())),
  });
  const story = chooseStory(address, session.guided);
  const machine = new MachineDoor(doorPorts(session, address));
  const files = openingProps(opening);
  const isStacked = (): boolean => !hasRoom.peek() && choice.view.peek() === 'inspect';
  const partsOf = (shown: MachineSession): Parts => {
    bringDetail(shown, desk, isStacked);
    const made = paneProps(
      shown,
      () => void machine.open(),
      (pane) => desk.show(pane),
      () => choice.onView('see'),
    );
    const panes = { ...made, topBar: { ...made.topBar, onOpen: files.onOpen } };
    const see = seeProps(shown, {
      onInspect: (pane) => desk.show(pane),
      onAttack: () => made.attack.onRun(KERNEL_ATTACK),
      story,
    });
    const { onTell } = see.actions;
    return {
      panes,
      see,
      overlays: makeOverlays({ session: shown, choice, desk, panes, onTell }),
      sharing: shareProps(shown, shown === session ? address : null),
    };
  };
  const update: UpdateNoticeProps = {
    hasUpdate: offline.hasUpdate,
    onReload: () => location.reload(),
    onDismiss: () => offline.dismiss(),
  };
  const { isOfLaterPage } = address;
  const unfolding = new Unfolding();
  const { shown } = unfolding;
  const sights = new Sights();
  spreadFirstNews(session, sights);
  const machineParts = { choice, desk, hasRoom, isOfLaterPage, machine, update };
  const common = { ...machineParts, opening: files, shown, sights };
  const parts = partsOf(session);
  await nextTask();
  render(<Stage {...{ opening, common, partsOf, parts }} />, root);
  await unfolding.unfold(PARTS);
}

/** What an IOMMU is about. */
const SEEN_FIRST = ['mappings', 'endpoints'];

/** With the first frame that shows a machine all panes have news. */
function spreadFirstNews({ power, onNextFrame }: MachineSession, sights: Sights): void {
  let had = false;
  power.info.subscribe((info) => {
    const has = info !== null;
    if (has && !had) {
      const news = new Promise<void>((resolve) => onNextFrame(() => resolve()));
      void sights.spread(news, SEEN_FIRST);
    }
    had = has;
  });
}

/** What is chosen in one pane of Inspect is told in another, which comes to the front of its tabs. */
function bringDetail(session: MachineSession, desk: Desk, isStacked: () => boolean): void {
  const { selection, told } = session;
  const bring = (move?: Move): void => {
    const chosen = selection.chosen.peek();
    // Devices and domains are chosen to work with, and have panes of their own
    if (chosen === null || chosen.kind === 'endpoint' || chosen.kind === 'domain') return;
    const isFault = chosen.kind === 'event' && chosen.sequence === told.peek()?.tale.fault.sequence;
    const pane = isFault ? 'story' : 'inspector';
    // Where panes stand one below another it would be out of sight; a map is gone on with
    const isRow = chosen.kind === 'event' || chosen.kind === 'mapping';
    if (move === 'push' && isRow && isStacked()) desk.show(pane);
    else desk.front(pane);
  };
  selection.moved.on(bring);
  session.requirements.sought.on(() => desk.show('rules'));
  bring();
}

/** Of one whose code is still to be fetched when that is there. */
function focusPane(root: HTMLElement, pane: string, isStacked: boolean): void {
  if (focusHeading(root, pane, isStacked)) return;
  const observer = new MutationObserver(() => {
    if (focusHeading(root, pane, isStacked)) observer.disconnect();
  });
  const place = root.querySelector(`[data-place="${pane}"]`);
  if (place !== null) observer.observe(place, { childList: true, subtree: true });
}

/** Whether there is one. */
function focusHeading(root: HTMLElement, pane: string, isStacked: boolean): boolean {
  const heading = root.querySelector<HTMLElement>(`#${pane}-title`);
  if (heading === null) return false;
  // Below the others, at the foot of the page, the time bar would hide it
  if (isStacked) heading.closest('.pane')?.scrollIntoView({ block: 'start' });
  else heading.scrollIntoView({ block: 'nearest' });
  heading.focus();
  return true;
}

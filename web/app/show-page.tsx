// Puts the page into its place. Fetched beside the machine's worker, which is started first.

import { render } from 'preact';
import type { InspectPane } from '../components/picture-pane.tsx';
import type { UpdateNoticeProps } from '../components/update-notice.tsx';
import type { Offline } from '../offline/offline.ts';
import type { PageAddress } from '../session/address/page-address.ts';
import type { MachineSession } from '../session/machine-session.ts';
import { App } from './app.tsx';
import { paneProps } from './pane-props.ts';
import { seeProps } from './see-props.ts';
import { chooseView } from './view-choice.ts';

export function showPage(
  session: MachineSession,
  address: PageAddress,
  offline: Offline,
  root: HTMLElement,
): void {
  const choice = chooseView(address);
  const show = (pane: InspectPane): void => {
    choice.onView('inspect');
    // Inspect is there with the next frame
    session.onNextFrame(() => showPane(root, pane));
  };
  const see = seeProps(session, show);
  const { isOfLaterPage } = address;
  const panes = paneProps(session);
  const update: UpdateNoticeProps = {
    hasUpdate: offline.hasUpdate,
    onReload: () => location.reload(),
    onDismiss: () => offline.dismiss(),
  };
  render(<App {...{ panes, see, choice, isOfLaterPage, update }} />, root);
}

function showPane(root: HTMLElement, pane: InspectPane): void {
  const heading = root.querySelector<HTMLElement>(`#${pane}-title`);
  heading?.scrollIntoView({ block: 'nearest' });
  heading?.focus();
}

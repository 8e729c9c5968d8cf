// Puts the page into its place. Fetched beside the machine's worker, which is started first.

import { render } from 'preact';
import type { InspectPane } from '../components/picture-pane.tsx';
import type { PageAddress } from '../session/address/page-address.ts';
import type { MachineSession } from '../session/machine-session.ts';
import { App } from './app.tsx';
import { paneProps } from './pane-props.ts';
import { seeProps } from './see-props.ts';
import { chooseView } from './view-choice.ts';

export function showPage(session: MachineSession, address: PageAddress, root: HTMLElement): void {
  const choice = chooseView(address);
  const show = (pane: InspectPane): void => {
    choice.onView('inspect');
    // Inspect is there with the next frame
    session.onNextFrame(() => showPane(root, pane));
  };
  const see = seeProps(session, show);
  const { isOfLaterPage } = address;
  const panes = paneProps(session);
  render(<App {...{ panes, see, choice, isOfLaterPage }} />, root);
}

function showPane(root: HTMLElement, pane: InspectPane): void {
  const heading = root.querySelector<HTMLElement>(`#${pane}-title`);
  heading?.scrollIntoView({ block: 'nearest' });
  heading?.focus();
}

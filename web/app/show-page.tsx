// Puts the page into its place. Fetched beside the machine's worker, which is started first.

import { render } from 'preact';
import type { MachineSession } from '../session/machine-session.ts';
import { App } from './app.tsx';
import { paneProps } from './pane-props.ts';

export function showPage(session: MachineSession, root: HTMLElement): void {
  render(<App panes={paneProps(session)} />, root);
}

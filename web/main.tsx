// Starts the page: theme, components, machine.

import { render } from 'preact';
import { startMachine, type StartMachine } from '../src/worker/api/client.ts';
import type { BootRequest } from '../src/worker/api/power.ts';
import { App } from './app/app.tsx';
import { paneProps } from './app/pane-props.ts';
import { IMAGE_URLS } from './images.ts';
import { MachineSession } from './session/machine-session.ts';
import { publishHandle } from './session/page-handle.ts';
import { startTheme } from './theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/topbar.css';
import './styles/console.css';
import './styles/tables.css';
import './styles/mappings.css';
import './styles/feed.css';
import './styles/recording.css';
import './styles/rogue.css';

/** How often the worker is checked for signs of life. */
const CHECK_INTERVAL_MS = 1_000;

/** What the address asks for, `?plan={"memoryMiB":256}` and `?iommu=bypass`; the worker checks it. */
function requestFromAddress(): BootRequest {
  const parameters = new URLSearchParams(location.search);
  return { plan: parameters.get('plan') ?? {}, iommu: parameters.get('iommu') };
}

async function chooseStart(): Promise<StartMachine> {
  if (import.meta.env.DEV && new URLSearchParams(location.search).has('fake')) {
    const { startFakeMachine } = await import('./testing/fake-machine.ts');
    return (onBatch) => startFakeMachine(onBatch);
  }
  return startMachine;
}

async function main(): Promise<void> {
  const root = document.getElementById('app');
  if (root === null) return;
  startTheme();
  const session = new MachineSession({
    start: await chooseStart(),
    images: IMAGE_URLS,
    asked: requestFromAddress(),
    now: () => performance.now(),
    onNextFrame: (callback) => requestAnimationFrame(callback),
  });
  publishHandle(session);
  render(<App panes={paneProps(session)} />, root);
  setInterval(() => session.power.checkWorker(), CHECK_INTERVAL_MS);
  await session.power.start();
}

void main();

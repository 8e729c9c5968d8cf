// Starts the page: the machine's worker first, which takes longest, then what is seen of it.

import { startMachine, type StartMachine } from '../src/worker/api/client.ts';
import { IMAGE_URLS } from './images.ts';
import { requestOf } from './session/address/machine-parts.ts';
import { PageAddress } from './session/address/page-address.ts';
import { addSessionParts } from './session/address/parts.ts';
import { Offline } from './offline/offline.ts';
import { MachineSession } from './session/machine-session.ts';
import { fetchRequirements } from './session/requirements.ts';
import { publishHandle } from './session/page-handle.ts';
import { startTheme } from './theme.ts';
import '@xterm/xterm/css/xterm.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/desk.css';
import './styles/palette.css';
import './styles/topbar.css';
import './styles/console.css';
import './styles/tables.css';
import './styles/mappings.css';
import './styles/maps.css';
import './styles/feed.css';
import './styles/moment.css';
import './styles/timebar.css';
import './styles/recording.css';
import './styles/rogue.css';
import './styles/see.css';
import './styles/inspector.css';
import './styles/story.css';
import './styles/forced-colors.css';

/** How often the worker is checked for signs of life. */
const CHECK_INTERVAL_MS = 1_000;

async function chooseStart(): Promise<StartMachine> {
  if (import.meta.env.DEV && new URLSearchParams(location.search).has('fake')) {
    const { startFakeMachine } = await import('./testing/fake-machine.ts');
    return (onBatch) => startFakeMachine(onBatch);
  }
  return startMachine;
}

/** The same, whose news wait until somebody is there to hear them. */
function holdNews(start: StartMachine, shown: Promise<void>): StartMachine {
  return (onBatch, onCrash) =>
    start(async (batch) => {
      await shown;
      await onBatch(batch);
    }, onCrash);
}

/** The dev server's page changes all the time, and `viommu serve` is on the same computer as the browser. */
const IS_KEPT = import.meta.env.PROD && import.meta.env.MODE !== 'package';

function keepOffline(): Offline {
  return new Offline({
    register: () => navigator.serviceWorker.register('./service-worker.js'),
    ready: async () => (await navigator.serviceWorker.ready).active,
    script: import.meta.url,
    now: () => performance.now(),
    onReturn: (listener) => {
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') listener();
      });
    },
  });
}

async function main(): Promise<void> {
  const root = document.getElementById('app');
  if (root === null) return;
  startTheme();
  let show = (): void => undefined;
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  const session = new MachineSession({
    start: holdNews(await chooseStart(), shown),
    images: IMAGE_URLS,
    requirements: fetchRequirements('./conformance.json'),
    asked: requestOf(new URLSearchParams(location.search)),
    now: () => performance.now(),
    onNextFrame: (callback) => requestAnimationFrame(callback),
  });
  publishHandle(session);
  const address = new PageAddress(window);
  addSessionParts(address, session);
  const started = session.power.start();
  const { showPage } = await import('./app/show-page.tsx');
  const offline = keepOffline();
  showPage(session, address, offline, root);
  show();
  setInterval(() => session.power.checkWorker(), CHECK_INTERVAL_MS);
  await started;
  // Now that all it keeps has come
  if (IS_KEPT) await offline.start();
}

void main();

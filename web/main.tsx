// Starts the page: the machine's worker first, which takes longest, then what is seen of it.

import { nextTask } from './next-task.ts';
import { startMachine, type StartMachine } from '../src/worker/api/client.ts';
import { openFile } from '../src/worker/api/trace-client.ts';
import { HELLO } from './embed/protocol.ts';
import { IMAGE_URLS } from './images.ts';
import { requestOf } from './session/address/machine-parts.ts';
import { PageAddress } from './session/address/page-address.ts';
import { addSessionParts } from './session/address/parts.ts';
import { Offline } from './offline/offline.ts';
import { MachineSession } from './session/machine-session.ts';
import { Opening } from './session/opening.ts';
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
import './styles/lab.css';
import './styles/feed.css';
import './styles/moment.css';
import './styles/timebar.css';
import './styles/recording.css';
import './styles/opening.css';
import './styles/share.css';
import './styles/embed.css';
import './styles/rogue.css';
import './styles/see.css';
import './styles/inspector.css';
import './styles/story.css';
import './styles/statistics.css';
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

/** How the part of an address begins that holds a session. */
const SESSION_HASH = '#session=';
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

/** Replays the session that the address holds, if it does, and shows the moment that was looked at. */
async function openSession({ moment }: MachineSession, opening: Opening): Promise<void> {
  const { hash, pathname, search } = location;
  if (!hash.startsWith(SESSION_HASH)) return;
  // From here on the session is another one than that of the link
  history.replaceState(null, '', pathname + search);
  const looked = moment.chosen.peek();
  try {
    const { readSessionFragment } = await import('./share/session-link.ts');
    await opening.replay(new Blob([await readSessionFragment(hash)]));
    moment.look(looked, 'replace');
  } catch (error) {
    opening.refuse(error instanceof Error ? error.message : String(error));
  }
}

/** How much of itself a page shows that is in the frame of a `<viommu-machine>`; null for one that is not. */
const FRAMED = window.parent === window ? null : new URLSearchParams(location.search).get('embed');

/** Resolves when the element around this page has said hello. */
function embedding(): Promise<MessagePort> {
  return new Promise((resolve) => {
    window.addEventListener('message', ({ data, source, ports: [port] }) => {
      if (data === HELLO && source === window.parent && port !== undefined) resolve(port);
    });
  });
}

/** Does what the page around this one asks for. */
async function embed(port: MessagePort, session: MachineSession, opening: Opening): Promise<void> {
  const { serveEmbedding } = await import('./embed/embed-host.ts');
  serveEmbedding(port, session, opening);
}

/** In another task, and for a page that is hidden when it is seen again. */
async function onNextTask(callback: () => void): Promise<void> {
  if (document.visibilityState !== 'visible') {
    requestAnimationFrame(callback);
    return;
  }
  await nextTask();
  callback();
}

async function main(): Promise<void> {
  const root = document.getElementById('app');
  if (root === null) return;
  // Its evaluation was a task
  await nextTask();
  const port = FRAMED === null ? null : embedding();
  if (FRAMED !== null) document.documentElement.dataset['embed'] = FRAMED;
  startTheme();
  let show = (): void => undefined;
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  const ports = {
    images: IMAGE_URLS,
    requirements: fetchRequirements('./conformance.json'),
    loadModule: async () => (await import('./example-module.ts')).exampleModule(),
    now: () => performance.now(),
    onNextFrame: (callback: FrameRequestCallback) => requestAnimationFrame(callback),
    onNextTask: (callback: () => void) => void onNextTask(callback),
  };
  const session = new MachineSession({
    start: holdNews(await chooseStart(), shown),
    asked: requestOf(new URLSearchParams(location.search)),
    ...ports,
  });
  const started = session.power.start();
  publishHandle(session);
  const fetched = import('./app/show-page.tsx');
  await nextTask();
  const address = new PageAddress(window);
  addSessionParts(address, session);
  const { showPage } = await fetched;
  // Its evaluation was a task, and what it shows is another
  await nextTask();
  const offline = keepOffline();
  const opening = new Opening(session, openFile, ports);
  await showPage(session, address, offline, opening, root);
  if (port !== null) void port.then((each) => embed(each, session, opening));
  show();
  setInterval(() => session.power.checkWorker(), CHECK_INTERVAL_MS);
  await started;
  await openSession(session, opening);
  // Now that all it keeps has come
  if (IS_KEPT) await offline.start();
}

void main();

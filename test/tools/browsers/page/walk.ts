// The walk of a visitor through the page, in whatever browser opens it: start, prompt, disk-read, an access that is stopped
// with its story, the past, a link to share, a reload without a network. It runs beside the page, in a page of its own, and
// sends what came of it to its server.

import { Visitor } from './visitor.ts';
import { PAGE, WALK, type WalkAnswer, type WalkNews, type WalkStep } from '../walk-words.ts';

/** An event of every boot, which a fresh PC has at its prompt: what comes later depends on how long a person has waited. */
const EARLY_EVENT = 100;

/** Where in the time bar the middle of the guest's life is. */
const MIDDLE = 0.5;

type Step = readonly [name: string, take: (visitor: Visitor) => Promise<unknown>];

const STEPS: readonly Step[] = [
  [
    'start',
    async (visitor) => {
      await visitor.open(`${PAGE}?view=see`);
      await visitor.see(() => /Devices can reach \d/.test(visitor.text));
    },
  ],
  ['prompt', (visitor) => visitor.waitForPrompt()],
  [
    'disk-read',
    async (visitor) => {
      await visitor.press('Read a disk');
      await visitor.see(() =>
        /[0-9a-f]{32} {2}\/dev\/vda/.test(visitor.handle?.consoleText() ?? ''),
      );
    },
  ],
  [
    'a fault and its story',
    async (visitor) => {
      await visitor.press('Let a device overreach');
      await visitor.see(() => visitor.text.includes('The rule: virtio 1.2, 5.13.6.9.'));
    },
  ],
  [
    'the past',
    async (visitor) => {
      visitor.pointAt(await visitor.named('Time'), MIDDLE);
      await visitor.see(() => /Looking at event #\d+/.test(visitor.text));
      await visitor.press('Back to live');
      await visitor.see(() => !/Looking at event/.test(visitor.text));
    },
  ],
  [
    'a link to share',
    async (visitor) => {
      const moment = `Looking at event #${EARLY_EVENT}`;
      await visitor.open(`${PAGE}?view=see&at=${EARLY_EVENT}`);
      await visitor.waitForPrompt();
      await visitor.see(() => visitor.text.includes(moment));
      await visitor.press(/^Share/);
      const link = await visitor.named('Link');
      if (!('value' in link) || typeof link.value !== 'string') throw new Error('no field');
      await visitor.open(link.value);
      await visitor.waitForPrompt();
      await visitor.see(() => visitor.text.includes(moment));
      await visitor.press('Back to live');
    },
  ],
  [
    'a reload without a network',
    async (visitor) => {
      await visitor.window.navigator.serviceWorker.ready;
      await tell({ kind: 'network', isOffline: true });
      await visitor.open(visitor.window.location.href);
      await visitor.waitForPrompt();
      await tell({ kind: 'network', isOffline: false });
    },
  ],
];

async function tell(news: WalkNews): Promise<void> {
  await fetch(WALK.news, { method: 'POST', body: JSON.stringify(news) });
}

async function walk(visitor: Visitor): Promise<WalkAnswer> {
  const steps: WalkStep[] = [];
  for (const [name, take] of STEPS) {
    const before = performance.now();
    await tell({ kind: 'step', name });
    try {
      await take(visitor);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', step: name, reason };
    }
    steps.push({ name, milliseconds: Math.round(performance.now() - before) });
  }
  return { kind: 'done', steps };
}

const frame = document.createElement('iframe');
frame.width = '1270';
frame.height = '790';
document.body.append(frame);
await tell(await walk(new Visitor(frame)));

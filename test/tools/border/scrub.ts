// `npm run scrub -- --events 1000000 --looks 200`: fills the product's page with made-up events, and then looks at moments all over
// them, in See and with all panes of Inspect on the screen. Tells how long the page takes for what it knows, for what is laid out,
// and for what is drawn, up to the frame that shows the moment.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { openPage } from './border-page.ts';
import { floodPage } from './flood-page.ts';

const RATE = 100_000;
/** Below the width of a desk all panes stand one below another, and none waits behind another. */
const ALL_PANES = { width: 1080, height: 1400 };
const DESK = { width: 1280, height: 800 };
/** A scrub may take for what is known, and for all that is seen; in milliseconds, of the median. */
const STATE_MS = 16;
const ALL_MS = 50;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    looks: { type: 'string', default: '200' },
  },
});

function wholeNumber(name: 'events' | 'looks'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} takes a whole number from 1, not "${values[name]}"`);
}

declare global {
  /** Looks at the moment after an event. */
  var lookAt: (sequence: number) => void;
}

/** By the page's address, as the button for going back does. */
const LOOK_AT = `globalThis.lookAt = (sequence) => {
  const url = new URL(location.href);
  url.searchParams.set('at', String(sequence));
  history.replaceState(null, '', url);
  dispatchEvent(new PopStateEvent('popstate'));
};`;

/** Milliseconds of one look, from the call on. */
interface Look {
  /** Until what is known of the moment is there. */
  readonly state: number;
  /** Until the elements of the page have it. */
  readonly elements: number;
  /** Of the frame: what canvases draw, styles, layout. */
  readonly frame: number;
  /** Until the frame that shows it is done. */
  readonly all: number;
}

/** Looks at moments one after the other, in the page. */
async function look(sequences: readonly number[]): Promise<readonly Look[]> {
  const channel = new MessageChannel();
  channel.port1.start();
  const next = async (): Promise<number> =>
    new Promise((resolve) => {
      channel.port1.addEventListener('message', () => resolve(performance.now()), { once: true });
      channel.port2.postMessage(null);
    });
  const nextFrame = async (): Promise<number> =>
    new Promise((resolve) => {
      requestAnimationFrame(() => resolve(performance.now()));
    });
  const looks: Look[] = [];
  for (const sequence of sequences) {
    await nextFrame();
    await next();
    const startMs = performance.now();
    globalThis.lookAt(sequence);
    const stateMs = performance.now();
    const elementsMs = await next();
    const frameMs = await nextFrame();
    const endMs = await next();
    looks.push({
      state: stateMs - startMs,
      elements: elementsMs - stateMs,
      frame: endMs - frameMs,
      all: endMs - startMs,
    });
  }
  return looks;
}

function percentile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function tell(name: string, looks: readonly Look[]): boolean {
  const row = (part: keyof Look): string => {
    const all = looks.map((each) => each[part]);
    return `${part} ${percentile(all, 0.5).toFixed(1)} (${percentile(all, 0.95).toFixed(1)})`;
  };
  const parts = (['state', 'elements', 'frame', 'all'] as const).map(row).join(', ');
  console.log(`${name}: ${parts} ms, median and 95 of 100`);
  const median = (part: keyof Look): number =>
    percentile(
      looks.map((each) => each[part]),
      0.5,
    );
  return median('state') <= STATE_MS && median('all') <= ALL_MS;
}

async function moments(page: Page, count: number): Promise<readonly number[]> {
  const last = await page.evaluate(() => globalThis.viommu?.state()?.sequence ?? 0);
  // The same ones in each run, all over what may be kept
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 0x7fff_ffff) / 0x7fff_ffff;
  return Array.from({ length: count }, () => Math.max(1, Math.floor(random() * last)));
}

const [events, looks] = [wholeNumber('events'), wholeNumber('looks')];
const opened = await openPage(join(import.meta.dirname, 'border-worker.js'), 'see');
const { page } = opened;
try {
  await page.waitForFunction(() => globalThis.viommu?.stage() === 'ready');
  await floodPage(page, RATE, Math.ceil(events / RATE));
  await page.evaluate(() => globalThis.viommu?.waitForIdle());
  await page.evaluate(LOOK_AT);
  const sequences = await moments(page, looks);
  let isFast = true;
  for (const [name, view, size] of [
    ['See', 'See', DESK],
    ['Inspect', 'Inspect', DESK],
    ['All panes of Inspect', 'Inspect', ALL_PANES],
  ] as const) {
    await page.setViewportSize(size);
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.evaluate(look, sequences.slice(0, 5));
    isFast = tell(name, await page.evaluate(look, sequences)) && isFast;
  }
  process.exitCode = isFast ? 0 : 1;
} finally {
  await opened.close();
}

// `npm run border -- --rate 100000 --seconds 60 --view see`: so many made-up events a second go through the worker's border into the page of
// the product. Tells what was sent, what came and what was said to be lost, how much memory page and worker take, and how long the
// page was busy at a time. `--faults`: faults alone. `--boot` does the same for starts of the page with its guest,
// and `--idle` tells what that takes of a processor while its guest rests.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { tellBoots } from './boot.ts';
import { openPage } from './border-page.ts';
import { floodPage } from './flood-page.ts';
import { tellIdle } from './idle.ts';
import { taskLines, traceTasks } from './long-tasks.ts';

const MIB = 1 << 20;
/** What the page may take beside what it takes before the first event: its record and what is derived of it, and the worker's. */
const BUDGET_MIB = 160;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '60' },
    view: { type: 'string', default: 'inspect' },
    boot: { type: 'boolean', default: false },
    faults: { type: 'boolean', default: false },
    idle: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'rate' | 'seconds'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} takes a whole number from 1, not "${values[name]}"`);
}

/** Bytes of page and worker, the buffers of both included. */
async function measureMemory(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const measure: unknown = Reflect.get(performance, 'measureUserAgentSpecificMemory');
    if (typeof measure !== 'function') throw new Error('This browser cannot measure its memory.');
    const result: { readonly bytes: number } = await measure.call(performance);
    return result.bytes;
  });
}

/** All events that the chips of the page count. */
async function countEvents(page: Page): Promise<number> {
  const chips = await page.locator('.chip').all();
  const titles = await Promise.all(chips.map((chip) => chip.getAttribute('title')));
  return titles.reduce((sum, title) => sum + Number(title?.replaceAll(/\D/g, '')), 0);
}

/** Those that it says are not listed. */
async function countLost(page: Page): Promise<number> {
  const text = await page.locator('#events .pane-foot').allTextContents();
  return Number(/^([\d,]+) events/.exec(text.join(' '))?.[1]?.replaceAll(',', '') ?? 0);
}

interface Frames {
  readonly frames: number;
  readonly atMs: number;
}

async function countFrames(page: Page): Promise<Frames> {
  return page.evaluate(() => ({ frames: globalThis.paintedFrames, atMs: performance.now() }));
}

async function tellFlood(): Promise<boolean> {
  const [rate, seconds] = [wholeNumber('rate'), wholeNumber('seconds')];
  const opened = await openPage(join(import.meta.dirname, 'border-worker.js'), values.view);
  const { page } = opened;
  try {
    await page.waitForFunction(() => globalThis.viommu?.stage() === 'ready');
    const before = await measureMemory(page);
    const endTrace = await traceTasks(page);
    const from = await countFrames(page);
    const flooded = await floodPage(page, rate, seconds, values.faults ? 'faults' : 'events');
    const to = await countFrames(page);
    await page.evaluate(() => globalThis.viommu?.waitForIdle());
    const tasks = await endTrace();
    await page.getByRole('link', { name: 'Inspect' }).click();
    await page.evaluate(() => globalThis.viommu?.waitForIdle());
    const [counted, lost, after] = [
      await countEvents(page),
      await countLost(page),
      await measureMemory(page),
    ];
    await page.getByRole('combobox', { name: 'Domain' }).selectOption('1');
    await page.evaluate(() => globalThis.viommu?.waitForIdle());
    const rows = page.getByRole('table', { name: 'Mappings' });
    // A domain without mappings has no table
    const shown =
      (await rows.count()) === 0 ? 0 : Number(await rows.getAttribute('aria-rowcount')) - 1;
    const grown = (after - before) / MIB;
    console.log(
      `sent ${flooded.events} events in ${(flooded.tookMs / 1000).toFixed(1)} s; the source waited ${flooded.waits} times, ${flooded.waitedMs.toFixed(0)} ms in all`,
    );
    console.log(
      `came ${counted - lost}, said to be lost ${lost}, unsaid ${flooded.events - counted}`,
    );
    console.log(`mappings of domain 1: ${flooded.live} at the source, ${shown} in the page`);
    console.log(
      `memory of page and worker: ${(before / MIB).toFixed(1)} MiB before, ${(after / MIB).toFixed(1)} after, of ${BUDGET_MIB} more at most`,
    );
    for (const line of taskLines(tasks)) console.log(line);
    const perSecond = ((to.frames - from.frames) * 1000) / (to.atMs - from.atMs);
    console.log(`${perSecond.toFixed(1)} frames a second in ${values.view}`);
    return counted === flooded.events && shown === flooded.live && grown <= BUDGET_MIB;
  } finally {
    await opened.close();
  }
}

async function tell(): Promise<boolean> {
  if (values.boot) return tellBoots(values.view);
  return values.idle ? tellIdle(values.view) : tellFlood();
}

process.exitCode = (await tell()) ? 0 : 1;

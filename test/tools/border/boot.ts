// `npm run border -- --boot --view see`: opens the page that was built, in the way of a first visit and of later ones, and tells for
// each when something was painted first, when the guest was at its prompt, and which tasks of the page were long until then.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { findChromium } from '../find-chromium.ts';
import { servePage } from '../page-server.ts';
import { ARGUMENTS, VIEWPORT } from './border-page.ts';
import { taskLines, traceTasks } from './long-tasks.ts';

/** First paint, in milliseconds since the navigation. */
const PAINT_MS = 700;
const LONGEST_BOOT_MS = 120_000;

/** Ways to start: one that chooses anything boots from power-on. */
const STARTS = { 'from the snapshot': '', 'from power-on': '&iommu=translated' } as const;

/** Milliseconds since the navigation, where the page's own clock has its beginning. */
interface Boot {
  readonly paintMs: number;
  readonly readyMs: number;
}

async function timesOf(
  context: BrowserContext,
  url: string,
): Promise<readonly [Boot, readonly string[]]> {
  const page = await context.newPage();
  try {
    const endTrace = await traceTasks(page);
    await page.goto(url, { waitUntil: 'commit' });
    const ready = await page.waitForFunction(
      () => (globalThis.viommu?.stage() === 'ready' ? performance.now() : undefined),
      undefined,
      { timeout: LONGEST_BOOT_MS },
    );
    const readyMs = (await ready.jsonValue()) ?? NaN;
    const tasks = await endTrace();
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    );
    return [{ paintMs, readyMs }, taskLines(tasks)];
  } finally {
    await page.close();
  }
}

/** Returns whether all was painted in time. Rejects with `Error` when there is no Chromium, or the PC does not start. */
export async function tellBoots(view: string): Promise<boolean> {
  const server = await servePage();
  let isRight = true;
  try {
    for (const [name, choice] of Object.entries(STARTS)) {
      const profile = await mkdtemp(join(tmpdir(), 'viommu-boot-'));
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: findChromium(),
        args: ARGUMENTS,
        viewport: VIEWPORT,
      });
      try {
        for (const visit of ['first', 'second', 'third']) {
          const [{ paintMs, readyMs }, lines] = await timesOf(
            context,
            `${server.url}?view=${view}${choice}`,
          );
          console.log(
            `${view} ${name}, ${visit} visit: first paint after ${paintMs.toFixed(0)} ms, prompt after ${readyMs.toFixed(0)}`,
          );
          for (const line of lines) console.log(line);
          isRight &&= paintMs < PAINT_MS;
        }
      } finally {
        await context.close();
        await rm(profile, { recursive: true });
      }
    }
  } finally {
    await server.close();
  }
  return isRight;
}

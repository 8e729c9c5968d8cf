// `npm run border -- --boot --view see`: opens the page that was built, in the way of a first visit and of later ones, and tells for
// each when something was painted first, when the guest was at its prompt, and which tasks of the page were long until then.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { findChromium } from '../find-chromium.ts';
import { servePage } from '../page-server.ts';
import { ARGUMENTS, VIEWPORT } from './border-page.ts';
import { taskLines, traceTasks } from './long-tasks.ts';

/** First paint, in milliseconds since the navigation. */
const PAINT_MS = 700;
const LONGEST_BOOT_MS = 120_000;
/** Between two looks whether the guest is ready. */
const LOOK_MS = 20;

/** Ways to start: one that chooses anything boots from power-on. */
const STARTS = { 'from the snapshot': '', 'from power-on': '&iommu=translated' } as const;

/** Milliseconds since the navigation, where the page's own clock has its beginning. */
interface Boot {
  readonly paintMs: number;
  readonly readyMs: number;
}

/** Resolves when its guest is ready. What Playwright waits with is a script of its own, and a long task of the page. */
async function readyTime(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send('Runtime.evaluate', {
    expression: `new Promise((resolve) => {
      const look = () => {
        if (globalThis.viommu?.stage() === 'ready') resolve(performance.now());
        else setTimeout(look, ${LOOK_MS});
      };
      look();
    })`,
    awaitPromise: true,
    timeout: LONGEST_BOOT_MS,
  });
  await session.detach();
  return Number(result.value);
}

async function timesOf(
  context: BrowserContext,
  url: string,
): Promise<readonly [Boot, readonly string[]]> {
  const page = await context.newPage();
  try {
    const endTrace = await traceTasks(page);
    await page.goto(url, { waitUntil: 'commit' });
    const readyMs = await readyTime(page);
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

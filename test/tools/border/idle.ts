// `npm run border -- --idle`: how much of a processor the page takes while its guest rests at the prompt, in the view that is named
// and by process; the worker is a thread of the renderer.

import { setTimeout as pass } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { findChromium } from '../find-chromium.ts';
import { servePage } from '../page-server.ts';
import { ARGUMENTS, VIEWPORT } from './border-page.ts';

/** In percent of one processor, all processes of the browser together. */
const MOST = 3;
/** The boot is over, and what it leaves to do comes: garbage is collected and code optimised, once. */
const SOON = { name: 'soon after the start', settleMs: 20_000, measuredMs: 15_000 };
/** That is done. */
const AT_REST = { name: 'at rest', settleMs: 45_000, measuredMs: 60_000 };

/** Returns whether it takes little enough. Rejects with `Error` when there is no Chromium, or the PC does not start. */
export async function tellIdle(view: string): Promise<boolean> {
  const server = await servePage();
  const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.goto(`${server.url}?view=${view}`);
    await page.waitForFunction(
      () => globalThis.viommu?.stage() === 'ready' && globalThis.viommu.status() === 'running',
    );
    const session = await browser.newBrowserCDPSession();
    const times = async (): Promise<ReadonlyMap<number, { type: string; cpuTime: number }>> => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      return new Map(processInfo.map((each) => [each.id, each]));
    };
    const measure = async ({ name, settleMs, measuredMs }: typeof SOON): Promise<number> => {
      await pass(settleMs);
      const before = await times();
      await pass(measuredMs);
      let sum = 0;
      for (const [id, { type, cpuTime }] of await times()) {
        const seconds = cpuTime - (before.get(id)?.cpuTime ?? 0);
        const percent = (seconds * 100_000) / measuredMs;
        sum += percent;
        if (percent >= 0.05) console.log(`  ${type} ${percent.toFixed(1)} %`);
      }
      console.log(`${view} ${name}: ${sum.toFixed(1)} % of a processor`);
      return sum;
    };
    await measure(SOON);
    const percent = await measure(AT_REST);
    console.log(`${MOST} % at most at rest`);
    return percent <= MOST;
  } finally {
    await browser.close();
    await server.close();
  }
}

// Has the worker behind a page make events, until the page has them.

import type { Page } from '@playwright/test';

const REPORT_MS = 10_000;

/** What the worker made. */
export interface Flooded {
  readonly events: number;
  readonly tookMs: number;
  readonly waits: number;
  readonly waitedMs: number;
  /** Mappings of the first domain. */
  readonly live: number;
}

function isFlooded(value: unknown): value is Flooded {
  return typeof value === 'object' && value !== null && 'events' in value && 'live' in value;
}

async function consoleText(page: Page): Promise<string> {
  return page.evaluate(() => globalThis.viommu?.consoleText() ?? '');
}

/** So many events a second of any kind, or faults alone, for so long; resolves when the last has come. */
export async function floodPage(
  page: Page,
  rate: number,
  seconds: number,
  kind: 'events' | 'faults' = 'events',
): Promise<Flooded> {
  await page.evaluate((asked) => globalThis.viommu?.type(asked), `${rate} ${seconds} ${kind}\r`);
  for (let sinceMs = performance.now(); ;) {
    const answer = /flooded (\{.*\})/.exec(await consoleText(page))?.[1];
    if (answer !== undefined) {
      const flooded: unknown = JSON.parse(answer);
      if (isFlooded(flooded)) return arrived(page, flooded);
    }
    await page.waitForTimeout(250);
    if (performance.now() - sinceMs < REPORT_MS) continue;
    sinceMs = performance.now();
    const come = await page.evaluate(() => globalThis.viommu?.state()?.sequence ?? 0);
    console.log(`${come} events have come`);
  }
}

async function arrived(page: Page, flooded: Flooded): Promise<Flooded> {
  await page.waitForFunction(
    (events) => (globalThis.viommu?.state()?.sequence ?? 0) >= events,
    flooded.events,
  );
  return flooded;
}

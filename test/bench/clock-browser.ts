// The `clock` benchmark in a worker of Chromium.

import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { packageRoot } from '../../src/guest/package-root.ts';
import { FILES } from '../support/served-files.ts';
import { bundleWorker } from '../support/worker-bundle.ts';
import { findChromium } from '../tools/find-chromium.ts';
import type { ClockTimes } from './clock-race.ts';
import type { ClockAnswer } from './clock-worker.ts';

/** Nothing answers there: every request of the page is answered here. */
const ORIGIN = 'http://localhost:1';
const WORKER = '/worker.js';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];

/** Serves the page, its worker and the files. */
async function serve(page: Page, worker: string): Promise<void> {
  await page.route(`${ORIGIN}/`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>clock</title>' }),
  );
  await page.route(ORIGIN + WORKER, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: worker }),
  );
  for (const file of Object.values(FILES)) {
    const path = join(packageRoot(), file);
    await page.route(ORIGIN + file, (route) =>
      route.fulfill({ contentType: 'application/octet-stream', path }),
    );
  }
}

async function raceIn(page: Page, sets: number): Promise<ClockAnswer> {
  return page.evaluate(
    ([path, count]) =>
      new Promise<ClockAnswer>((resolve, reject) => {
        const worker = new Worker(path, { type: 'module' });
        worker.addEventListener('message', ({ data }: MessageEvent<ClockAnswer>) => resolve(data));
        worker.addEventListener('error', ({ message }) => reject(new Error(message)));
        worker.postMessage(count, {});
      }),
    [WORKER, sets] as const,
  );
}

/** Rejects with `Error` when there is no Chromium or a guest in it fails. */
export async function raceClocksInChromium(
  sets: number,
  onProgress: (text: string) => void,
): Promise<ClockTimes> {
  const worker = await bundleWorker(join(import.meta.dirname, 'clock-worker.js'));
  const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => onProgress(`Chromium ${message.text()}`));
    await serve(page, worker);
    await page.goto(`${ORIGIN}/`);
    const answer = await raceIn(page, sets);
    if (answer.kind === 'failed') throw new Error(answer.reason);
    return answer.times;
  } finally {
    await browser.close();
  }
}

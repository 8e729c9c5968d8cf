// `npm run sessions -- --count 20`: sessions in the built page, as a hasty person has them, each saved and replayed in Node.
// All must come again to the byte.

import { parseArgs } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import { findChromium } from './find-chromium.ts';
import { servePage } from './page-server.ts';
import { haveSession, replayOf } from './page-session.ts';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
  },
});

function wholeNumber(name: keyof typeof values): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} takes a whole number from 1, not "${values[name]}"`);
}

const [count, firstSeed, steps] = [wholeNumber('count'), wholeNumber('seed'), wholeNumber('steps')];

/** Resolves with whether the session came again. */
async function recordOnce(browser: Browser, url: string, seed: number): Promise<boolean> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(url);
    const { recording, did } = await haveSession(page, { seed, steps });
    const { identical, events, instructions, firstDifference } = await replayOf(recording);
    const verdict = identical ? 'identical' : `differs, first in event ${firstDifference}`;
    console.log(
      `session ${seed}: ${verdict}; ${events} events, ${instructions} instructions, ${recording.length} bytes; ${did}`,
    );
    return identical;
  } finally {
    await context.close();
  }
}

const server = await servePage();
const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
let identical = 0;
try {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    if (await recordOnce(browser, server.url, seed)) identical += 1;
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(`${identical} of ${count} sessions identical`);
process.exitCode = identical === count ? 0 : 1;

// `npm run browsers`: a visitor's walk through the built page in each browser that is installed. With `--others` Chromium, which has tests
// of its own, is left out. Says which browsers were not there.

import { findChromium } from '../find-chromium.ts';
import { chromiumAt, firefoxAt, webKitAt, withBrowser, type Browser } from './browser.ts';
import { findFirefox, findMiniBrowser, findXvfb } from './find-browsers.ts';
import { WalkServer } from './walk-server.ts';

/** A walk takes some ten seconds; on a slow machine with other work a minute. A page that hangs is to be told from it. */
const GIVE_UP_MS = 120_000;

function installed(): {
  readonly browsers: readonly Browser[];
  readonly missing: readonly string[];
} {
  const firefox = findFirefox();
  const miniBrowser = findMiniBrowser();
  const xvfb = findXvfb();
  const browsers = process.argv.includes('--others') ? [] : [chromiumAt(findChromium())];
  const missing: string[] = [];
  if (firefox === undefined) missing.push('Firefox (set FIREFOX_PATH to one)');
  else browsers.push(firefoxAt(firefox));
  if (miniBrowser === undefined || xvfb === undefined) {
    missing.push('WebKit (MiniBrowser of libwebkit2gtk, and Xvfb)');
  } else browsers.push(webKitAt(miniBrowser, xvfb));
  return { browsers, missing };
}

/** Whether the whole walk went well. */
async function walkIn(browser: Browser): Promise<boolean> {
  let step = 'nothing yet';
  const server = await WalkServer.open((name) => {
    step = name;
  });
  const giveUp = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error(`no end of "${step}" in ${GIVE_UP_MS / 1000} s`));
    setTimeout(late, GIVE_UP_MS).unref();
  });
  try {
    const answer = await withBrowser(browser, server.url, Promise.race([server.answer, giveUp]));
    if (answer.kind === 'failed') throw new Error(`${answer.step}: ${answer.reason}`);
    const steps = answer.steps.map(({ name, milliseconds }) => `${name} ${milliseconds} ms`);
    console.log(`${browser.name}: ${steps.join(', ')}`);
    return true;
  } catch (error) {
    console.log(`${browser.name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    server.close();
  }
}

const { browsers, missing } = installed();
for (const name of missing) console.log(`not installed: ${name}`);
const failed: string[] = [];
for (const browser of browsers) if (!(await walkIn(browser))) failed.push(browser.name);
const skipped = browsers.length === 0 ? 'skipped: no browser was there' : null;
console.log(skipped ?? `${browsers.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);

// Finds a Chromium for the browser tests, and gets one where there is none.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

/** Tells the processes that Playwright starts what was found, and lets a user choose. */
const VARIABLE = 'CHROMIUM_PATH';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Whether it is there and starts: Playwright's own lacks libraries on many systems. */
function works(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}

function find(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [chromium.executablePath(), ...installed, MAC].find(works);
}

function attempt(command: string, ...words: readonly string[]): boolean {
  console.log(`No Chromium found, trying: ${[command, ...words].join(' ')}`);
  return spawnSync(command, words, { stdio: 'inherit' }).status === 0;
}

function installByApt(): boolean {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  return attempt('apt-get', 'update') && attempt('apt-get', 'install', '-y', 'chromium');
}

/**
 * Path of a Chromium that starts: `CHROMIUM_PATH`, Playwright's own, the system's; else Playwright downloads one, else
 * apt-get installs one. Throws an `Error` that says what to do when there is no way.
 */
export function findChromium(): string {
  const chosen = process.env[VARIABLE];
  if (chosen !== undefined && chosen !== '') {
    if (existsSync(chosen)) return chosen;
    throw new Error(
      `${VARIABLE} names ${chosen}, which does not exist. Set it to a Chromium, or unset it.`,
    );
  }
  const found =
    find() ??
    (attempt('npx', 'playwright', 'install', 'chromium') ? find() : undefined) ??
    (installByApt() ? find() : undefined);
  if (found === undefined) {
    throw new Error(
      `The browser tests need a Chromium: install the package "chromium" or Google Chrome, or set ${VARIABLE} to one.`,
    );
  }
  process.env[VARIABLE] = found;
  return found;
}

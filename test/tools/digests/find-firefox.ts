// Finds a Firefox, where there is one.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Lets a user choose. */
const VARIABLE = 'FIREFOX_PATH';
const NAMES = ['firefox', 'firefox-esr'];
const MAC = '/Applications/Firefox.app/Contents/MacOS/firefox';

/** Path of the Firefox that `FIREFOX_PATH` names, or of the system's; undefined when there is none. */
export function findFirefox(): string | undefined {
  const chosen = process.env[VARIABLE];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [chosen ?? '', ...installed, MAC].find((path) => path !== '' && existsSync(path));
}

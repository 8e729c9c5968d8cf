// Finds browsers beside Chromium, where there are any.

import { existsSync, readdirSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

const FIREFOX_NAMES = ['firefox', 'firefox-esr'];
const FIREFOX_ON_MAC = '/Applications/Firefox.app/Contents/MacOS/firefox';
/** WebKit's small browser, in Debian's libwebkit2gtk and in others' packages of it. */
const MINI_BROWSER = 'MiniBrowser';
const LIBRARY_FOLDERS = ['/usr/lib', '/usr/libexec', '/usr/lib64'];
const LIBRARY = /^webkit2gtk-4/;

function inPath(names: readonly string[]): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function firstOf(paths: readonly string[]): string | undefined {
  return paths.find((path) => path !== '' && existsSync(path));
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Where libraries keep programs of their own: in a folder for themselves, or in one of their machine's. */
function miniBrowsers(): readonly string[] {
  const folders = LIBRARY_FOLDERS.flatMap(foldersIn);
  const machines = folders.filter((folder) => basename(folder).endsWith('-linux-gnu'));
  return [...folders, ...machines.flatMap(foldersIn)]
    .filter((folder) => LIBRARY.test(basename(folder)))
    .map((folder) => join(folder, MINI_BROWSER));
}

/** Path of the Firefox that `FIREFOX_PATH` names, or of the system's; undefined when there is none. */
export function findFirefox(): string | undefined {
  const chosen = process.env['FIREFOX_PATH'] ?? '';
  return firstOf([chosen, ...inPath(FIREFOX_NAMES), FIREFOX_ON_MAC]);
}

/** Path of the MiniBrowser that `MINIBROWSER_PATH` names, or of the system's; undefined when there is none. */
export function findMiniBrowser(): string | undefined {
  return firstOf([process.env['MINIBROWSER_PATH'] ?? '', ...miniBrowsers()]);
}

/** Path of the X server without a screen, which a browser with windows needs; undefined when there is none. */
export function findXvfb(): string | undefined {
  return firstOf(inPath(['Xvfb']));
}

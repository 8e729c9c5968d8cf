// Browsers that only have to be started: a page that they open sends what comes of it to its server by itself, and nothing has
// to drive them.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUIET_CHROMIUM } from '../chromium-arguments.ts';

/** A browser with a profile of its own. */
export interface Browser {
  readonly name: string;
  readonly path: string;
  /** The words to start it with, for the folder of its profile. */
  readonly words: (profile: string) => readonly string[];
  /** What is in the profile before: text by the file's name. */
  readonly profile: Readonly<Record<string, string>>;
  /** Path of the X server that it needs. */
  readonly xvfb?: string;
}

const CHROMIUM_WORDS = ['--headless', ...QUIET_CHROMIUM];
/** Nothing is asked, shown or fetched at a first start. */
const FIREFOX_PREFERENCES = `user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('browser.aboutwelcome.enabled', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('network.captive-portal-service.enabled', false);
user_pref('network.connectivity-service.enabled', false);
user_pref('app.normandy.enabled', false);
user_pref('browser.safebrowsing.malware.enabled', false);
user_pref('browser.safebrowsing.phishing.enabled', false);
user_pref('services.settings.server', 'data:,');
user_pref('extensions.update.enabled', false);
user_pref('app.update.enabled', false);
`;
const SCREEN = ['-screen', '0', '1280x900x24', '-nolisten', 'tcp', '-displayfd', '3'];

export function chromiumAt(path: string): Browser {
  return {
    name: 'Chromium',
    path,
    words: (profile) => [...CHROMIUM_WORDS, `--user-data-dir=${profile}`],
    profile: {},
  };
}

export function firefoxAt(path: string): Browser {
  return {
    name: 'Firefox',
    path,
    words: (profile) => ['--headless', '--no-remote', '--profile', profile],
    profile: { 'user.js': FIREFOX_PREFERENCES },
  };
}

/** WebKit's MiniBrowser, on a screen of an X server that nobody sees. */
export function webKitAt(path: string, xvfb: string): Browser {
  return { name: 'WebKit', path, words: () => [], profile: {}, xvfb };
}

/** Ends a program and the processes that it has started. */
async function end(program: ChildProcess): Promise<void> {
  if (program.pid === undefined || program.exitCode !== null || program.signalCode !== null) return;
  const exit = once(program, 'exit');
  // It leads a group of processes of its own
  process.kill(-program.pid, 'SIGKILL');
  await exit;
}

interface Screen {
  readonly display: string | undefined;
  close(): Promise<void>;
}

/** Rejects with `Error` when there is no screen to be had. */
async function openScreen(xvfb: string | undefined): Promise<Screen> {
  if (xvfb === undefined) return { display: process.env['DISPLAY'], close: async () => undefined };
  const server = spawn(xvfb, SCREEN, {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const pipe = server.stdio[3];
  if (pipe === null || pipe === undefined) throw new Error(`${xvfb} has no pipe`);
  const [number] = await Promise.race([
    once(pipe, 'data'),
    once(server, 'error').then(([reason]) => Promise.reject(reason)),
    once(server, 'exit').then(([code]) => Promise.reject(new Error(`${xvfb} ended with ${code}`))),
  ]);
  return { display: `:${String(number).trim()}`, close: () => end(server) };
}

/**
 * Opens a page in a browser until `answer` is there. Rejects with `Error` when the browser does not start, or ends before.
 */
export async function withBrowser<Answer>(
  { path, words, profile, xvfb }: Browser,
  url: string,
  answer: Promise<Answer>,
): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'viommu-browser-'));
  for (const [name, content] of Object.entries(profile)) {
    await writeFile(join(folder, name), content);
  }
  const screen = await openScreen(xvfb);
  // A home of its own: what a browser remembers of other runs is none of this one's
  const env = { ...process.env, DISPLAY: screen.display, HOME: folder };
  const browser = spawn(path, [...words(folder), url], { detached: true, stdio: 'ignore', env });
  try {
    return await Promise.race([
      answer,
      once(browser, 'exit').then(([code]) => {
        throw new Error(`${path} ended with ${code}`);
      }),
    ]);
  } finally {
    await end(browser);
    await screen.close();
    await rm(folder, { recursive: true, force: true });
  }
}

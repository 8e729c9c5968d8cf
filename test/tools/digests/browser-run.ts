// Runs the script in a worker of a browser. The page that starts it sends the answer to its server itself: so any browser
// that can be started will do, and nothing has to drive it.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Emitter } from '../../../src/base/emitter.ts';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { FILES } from '../../support/served-files.ts';
import { bundleWorker } from '../../support/worker-bundle.ts';
import type { ScriptAnswer } from './digest-script.ts';

/** A browser with a profile of its own. */
export interface Browser {
  readonly path: string;
  /** The words to start it with, for the folder of its profile. */
  readonly words: (profile: string) => readonly string[];
  /** What is in the profile before: text by the file's name. */
  readonly profile: Readonly<Record<string, string>>;
}

const CHROMIUM_WORDS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'];
/** Nothing is asked or shown at a first start. */
const FIREFOX_PREFERENCES = `user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('browser.aboutwelcome.enabled', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
`;

export function chromiumAt(path: string): Browser {
  return {
    path,
    words: (profile) => [...CHROMIUM_WORDS, `--user-data-dir=${profile}`],
    profile: {},
  };
}

export function firefoxAt(path: string): Browser {
  return {
    path,
    words: (profile) => ['--headless', '--no-remote', '--profile', profile],
    profile: { 'user.js': FIREFOX_PREFERENCES },
  };
}

const PAGE = `<!doctype html><title>digests</title><script>
const send = (answer) => fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
const worker = new Worker('/worker.js', { type: 'module' });
worker.onmessage = ({ data }) => send(data);
worker.onerror = ({ message }) => send({ kind: 'failed', reason: message ?? 'the worker did not start' });
</script>`;

const FILE_NAMES: readonly string[] = Object.values(FILES);

async function takeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  onAnswer: (answer: ScriptAnswer) => void,
): Promise<void> {
  const body = await text(request);
  response.end();
  onAnswer(JSON.parse(body));
}

/** Answers the page's requests; `onAnswer` gets what it sends. */
function respond(
  request: IncomingMessage,
  response: ServerResponse,
  worker: string,
  onAnswer: (answer: ScriptAnswer) => void,
): void {
  const { url = '' } = request;
  const type = (contentType: string): ServerResponse =>
    response.writeHead(200, { 'content-type': contentType });
  if (url === '/') type('text/html').end(PAGE);
  else if (url === '/worker.js') type('text/javascript').end(worker);
  else if (FILE_NAMES.includes(url)) {
    createReadStream(join(packageRoot(), url)).pipe(type('application/octet-stream'));
  } else if (url === '/answer') {
    void takeAnswer(request, response, onAnswer);
  } else response.writeHead(404).end();
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}/`;
}

/** Ends a browser and the processes that it has started. */
async function end(browser: ChildProcess): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null) return;
  const exit = once(browser, 'exit');
  // It leads a group of processes of its own
  process.kill(-browser.pid, 'SIGKILL');
  await exit;
}

/** Rejects with `Error` when the browser does not start, or ends before it has answered. */
export async function runInBrowser({ path, words, profile }: Browser): Promise<ScriptAnswer> {
  const worker = await bundleWorker(join(import.meta.dirname, 'digest-worker.js'));
  const folder = await mkdtemp(join(tmpdir(), 'viommu-digests-'));
  for (const [name, content] of Object.entries(profile)) {
    await writeFile(join(folder, name), content);
  }
  const answers = new Emitter<ScriptAnswer>();
  const server = createServer((request, response) => {
    respond(request, response, worker, (answer) => answers.emit(answer));
  });
  const url = await listen(server);
  const browser = spawn(path, [...words(folder), url], { detached: true, stdio: 'ignore' });
  try {
    return await new Promise((resolve, reject) => {
      answers.on(resolve);
      browser.on('error', reject);
      browser.on('exit', (code) => reject(new Error(`${path} ended with ${code}`)));
    });
  } finally {
    await end(browser);
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

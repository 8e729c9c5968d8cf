// Runs the script in a worker of a browser. The page that starts it sends the answer to its server itself: so any browser
// that can be started will do, and nothing has to drive it.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Emitter } from '../../../src/base/emitter.ts';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { FILES } from '../../support/served-files.ts';
import { bundleWorker } from '../../support/worker-bundle.ts';
import { withBrowser, type Browser } from '../browsers/browser.ts';
import type { ScriptAnswer } from './digest-script.ts';

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

/** Rejects with `Error` when the browser does not start, or ends before it has answered. */
export async function runInBrowser(browser: Browser): Promise<ScriptAnswer> {
  const worker = await bundleWorker(join(import.meta.dirname, 'digest-worker.js'));
  const answers = new Emitter<ScriptAnswer>();
  const answer = new Promise<ScriptAnswer>((resolve) => answers.on(resolve));
  const server = createServer((request, response) => {
    respond(request, response, worker, (each) => answers.emit(each));
  });
  try {
    return await withBrowser(browser, await listen(server), answer);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

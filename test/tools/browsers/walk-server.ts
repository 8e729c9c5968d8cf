// Serves the built page and the walk beside it, below a path as a host of many pages has it, and takes what the walk sends.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { bundleWorker } from '../../support/worker-bundle.ts';
import { PAGE, WALK, type WalkAnswer, type WalkNews } from './walk-words.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};
const DOCUMENT = `<!doctype html><title>walk</title><body><script type="module" src="${WALK.script}"></script>`;

export class WalkServer {
  readonly #server: Server;
  readonly #script: string;
  readonly #onStep: (name: string) => void;
  #tell: (answer: WalkAnswer) => void = () => undefined;
  #isOffline = false;

  /** What the walk comes to. */
  readonly answer = new Promise<WalkAnswer>((resolve) => {
    this.#tell = resolve;
  });

  private constructor(script: string, onStep: (name: string) => void) {
    this.#script = script;
    this.#onStep = onStep;
    this.#server = createServer((request, response) => {
      void this.#respond(request, response).catch(() => response.destroy());
    });
  }

  /** Rejects with `Error` when the walk cannot be bundled. */
  static async open(onStep: (name: string) => void): Promise<WalkServer> {
    const server = new WalkServer(
      await bundleWorker(join(packageRoot(), 'test/tools/browsers/page/walk.ts')),
      onStep,
    );
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return `http://127.0.0.1:${address.port}${WALK.start}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://walk').pathname;
    if (path === WALK.start) response.writeHead(200, { 'content-type': 'text/html' }).end(DOCUMENT);
    else if (path === WALK.script) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(this.#script);
    } else if (path === WALK.news) {
      this.#take(JSON.parse(await text(request)));
      response.end();
    } else if (path.startsWith(PAGE) && !this.#isOffline) await sendFile(path, response);
    else response.destroy();
  }

  #take(news: WalkNews): void {
    if (news.kind === 'network') this.#isOffline = news.isOffline;
    else if (news.kind === 'step') this.#onStep(news.name);
    else this.#tell(news);
  }
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const name = path === PAGE ? 'index.html' : normalize(path.slice(PAGE.length));
  const file = join(packageRoot(), 'dist/web', name);
  const isThere = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isThere || name.startsWith('..')) {
    response.writeHead(404).end();
    return;
  }
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  createReadStream(file).pipe(response.writeHead(200, { 'content-type': type }));
}

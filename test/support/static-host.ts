// A static host as there are many: it serves the built page from some folder, sends a type, packs, and says nothing else.

import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { packageRoot } from '../../src/guest/package-root.ts';
import { readPageFile } from '../../src/cli/serve/page-files.ts';
import { PageServer } from '../../src/cli/serve/page-server.ts';

export interface StaticHost {
  /** The address of the page. */
  readonly url: string;
  /** Bytes of all answers so far, without their heads. */
  readonly sentBytes: number;
  /** Puts another build there: the same page, its scripts by other names. */
  deploy(): void;
  /** Nobody answers any more. */
  close(): Promise<void>;
}

const SENT = new Set(['content-type', 'content-length', 'content-encoding', 'vary']);
const FOLDER = '/a/b/c/';
const HASHED_SCRIPT = /(-[\w-]{8})\.js/g;

/** Takes back every header but those that any server sends. */
function sayLittle(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) =>
    SENT.has(name.toLowerCase()) ? setHeader(name, value) : response;
}

/** Serves what the build has made, on a free port, in a folder of its own. */
export async function hostPage(): Promise<StaticHost> {
  const folder = join(packageRoot(), 'dist', 'web');
  let build = '';
  let sentBytes = 0;
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const bytes = await readPageFile(folder, path.replace(`${build}.js`, '.js'));
    const isNaming = /\.html$|\.js$/.test(path) && !path.includes('machine-worker');
    if (bytes === undefined || !isNaming) return bytes;
    return Buffer.from(bytes.toString().replaceAll(HASHED_SCRIPT, `$1${build}.js`));
  };
  const pages = new PageServer(read);
  const server = createServer((request, response) => {
    sayLittle(response);
    response.on('finish', () => {
      sentBytes += Number(response.getHeader('content-length') ?? 0);
    });
    if (request.url?.startsWith(FOLDER) === true)
      request.url = request.url.slice(FOLDER.length - 1);
    else request.url = '/nowhere';
    void pages.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}${FOLDER}`,
    get sentBytes() {
      return sentBytes;
    },
    deploy() {
      build = 'x';
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// Serves the built page to a program.

import { preview } from 'vite';
import { packageRoot } from '../../src/guest/package-root.ts';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves what `npm run build` has made, on a free port. */
export async function servePage(): Promise<PageServer> {
  const server = await preview({
    root: `${packageRoot()}/web`,
    configFile: `${packageRoot()}/vite.config.ts`,
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0 },
  });
  const [url] = server.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error('the page is not served');
  return { url, close: () => server.close() };
}

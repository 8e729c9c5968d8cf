// The page's bundle: `web` is the root, `dist/web` the product. Relative addresses, so it can be served from any folder.

import { createReadStream, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite';

const PORT = 8086;

type LogFilter = NonNullable<BuildEnvironmentOptions['rolldownOptions']>['onLog'];

/** v86 reaches for Node's modules where there are some; that a browser has none is no news. */
const onLog: LogFilter = (level, log, handler) => {
  if (!log.message.includes('has been externalized for browser compatibility')) handler(level, log);
};

/** The dev server takes a name without an extension for a module; the kernel is none. */
const serveKernel: Plugin = {
  name: 'serve-kernel',
  configureServer(server) {
    const kernel = new URL('guest-images/bzImage', import.meta.url);
    server.middlewares.use((request, response, next) => {
      if (request.url?.endsWith('/guest-images/bzImage') !== true) next();
      else createReadStream(kernel).on('error', next).pipe(response);
    });
  },
};

/** The preview packs text on its way, and WebAssembly it does not: that is five times smaller packed. */
const packModules: Plugin = {
  name: 'pack-modules',
  configurePreviewServer(server) {
    const packed = new Map<string, Buffer>();
    server.middlewares.use((request, response, next) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const accepts = request.headers['accept-encoding']?.includes('gzip') === true;
      if (!pathname.endsWith('.wasm') || !accepts) {
        next();
        return;
      }
      try {
        const file = new URL(`dist/web/assets/${basename(pathname)}`, import.meta.url);
        const bytes = packed.get(pathname) ?? gzipSync(readFileSync(file), { level: 9 });
        packed.set(pathname, bytes);
        response.setHeader('Content-Type', 'application/wasm');
        response.setHeader('Content-Encoding', 'gzip');
        response.setHeader('Content-Length', bytes.length);
        // Its name has a hash of what it is.
        response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
        response.setHeader('Vary', 'Accept-Encoding');
        response.end(bytes);
      } catch {
        next();
      }
    });
  },
};

/**
 * What the page may do. Styles are allowed inline as the terminal makes style sheets for its colours and sizes, and
 * WebAssembly is compiled. A server that sends the same as a header covers the worker, too.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self'",
].join('; ');

/** Only what is built has a policy: the dev server puts scripts and sockets of its own into the page. */
const addPolicy: Plugin = {
  name: 'add-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  root: 'web',
  base: './',
  // No fallback page: a missing image must be a 404 that we can explain, not somebody else's HTML.
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [serveKernel, packModules, addPolicy],
  worker: { format: 'es', rolldownOptions: { onLog } },
  server: { port: PORT, strictPort: false, fs: { allow: ['..'] } },
  preview: { port: PORT, strictPort: false },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    sourcemap: true,
    rolldownOptions: {
      onLog,
      output: {
        // The kernel has no extension, and a name that ends with a dot is no good on every server.
        assetFileNames: ({ names }) =>
          names[0]?.includes('.') === true
            ? 'assets/[name]-[hash][extname]'
            : 'assets/[name]-[hash].bin',
      },
    },
  },
});

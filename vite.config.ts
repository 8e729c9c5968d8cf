// The page's bundle: `web` is the root, `dist/web` the product. Relative addresses, so it can be served from any folder.

import { createReadStream } from 'node:fs';
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

export default defineConfig({
  root: 'web',
  base: './',
  // No fallback page: a missing image must be a 404 that we can explain, not somebody else's HTML.
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [serveKernel],
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

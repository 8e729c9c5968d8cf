// The page's bundle: `web` is the root, `dist/web` the product. Relative addresses, so it can be served from any folder.

import { defineConfig, type BuildEnvironmentOptions } from 'vite';

const PORT = 8086;

type LogFilter = NonNullable<BuildEnvironmentOptions['rolldownOptions']>['onLog'];

/** v86 reaches for Node's modules where there are some; that a browser has none is no news. */
const onLog: LogFilter = (level, log, handler) => {
  if (!log.message.includes('has been externalized for browser compatibility')) handler(level, log);
};

export default defineConfig({
  root: 'web',
  base: './',
  // No fallback page: a missing image must be a 404 that we can explain, not somebody else's HTML.
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
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

// The page's bundle: `web` is the root, `dist/web` the product. Relative addresses, so it can be served from any folder.

import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };

const PORT = 8086;

/** Files that are sent packed; the others are so small or packed so well that it does not pay. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
};

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

/**
 * The preview would pack every file on its way each time, also those that are packed already, and have the browser ask for
 * all of them again. Names of assets have a hash of what they hold: once there, they stay.
 */
const serveAssets: Plugin = {
  name: 'serve-assets',
  configurePreviewServer(server) {
    const packed = new Map<string, Buffer>();
    const pack = (name: string, bytes: Buffer): Buffer => {
      const known = packed.get(name) ?? gzipSync(bytes, { level: 9 });
      packed.set(name, known);
      return known;
    };
    server.middlewares.use((request, response, next) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const name = /\/assets\/([^/]+)$/.exec(pathname)?.[1];
      const type = TYPES[extname(name ?? '')] ?? 'application/octet-stream';
      try {
        if (name === undefined) return next();
        const file = readFileSync(new URL(`dist/web/assets/${name}`, import.meta.url));
        const accepts = request.headers['accept-encoding']?.includes('gzip') === true;
        const isPacked = accepts && extname(name) in TYPES;
        const bytes = isPacked ? pack(name, file) : file;
        if (isPacked) response.setHeader('Content-Encoding', 'gzip');
        response.setHeader('Content-Type', type);
        response.setHeader('Content-Length', bytes.length);
        response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
        response.setHeader('Vary', 'Accept-Encoding');
        response.end(bytes);
      } catch {
        next();
      }
    });
  },
};

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** A package's licence, and those of what it needs. */
function packageLicence(name: string): string {
  const folder = `node_modules/${name}`;
  const about: {
    version: string;
    license: string;
    dependencies?: Readonly<Record<string, string>>;
  } = JSON.parse(readText(`${folder}/package.json`));
  const file = `${folder}/LICENSE`;
  const text = existsSync(new URL(file, import.meta.url)) ? readText(file) : '';
  const own = `${name} ${about.version}: ${about.license}\n\n${text}`;
  return [own, ...Object.keys(about.dependencies ?? {}).map(packageLicence)].join('\n\n');
}

/** What has to come with the programs that the page brings: their licences, and where they come from. */
function licenceFiles(): ReadonlyMap<string, string> {
  const texts = readdirSync(new URL('guest-images/LICENSES', import.meta.url));
  return new Map([
    ['licenses/LICENSE.txt', readText('LICENSE')],
    ['licenses/PROVENANCE.txt', readText('guest-images/PROVENANCE.md')],
    ['licenses/packages.txt', Object.keys(manifest.dependencies).map(packageLicence).join('\n\n')],
    ...texts.map(
      (name) => [`licenses/LICENSES/${name}`, readText(`guest-images/LICENSES/${name}`)] as const,
    ),
  ]);
}

const shipLicences: Plugin = {
  name: 'ship-licences',
  configureServer(server) {
    const files = licenceFiles();
    server.middlewares.use((request, response, next) => {
      const text = files.get(request.url?.slice(1) ?? '');
      if (text === undefined) return next();
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end(text);
    });
  },
  generateBundle() {
    for (const [fileName, source] of licenceFiles())
      this.emitFile({ type: 'asset', fileName, source });
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
  plugins: [serveKernel, serveAssets, shipLicences, addPolicy],
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

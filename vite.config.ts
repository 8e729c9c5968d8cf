// The page's bundle: `web` is the root, `dist/web` the product. Relative addresses, so it can be served from any folder.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };
import { readPageFile } from './src/cli/serve/page-files.ts';
import { PageServer } from './src/cli/serve/page-server.ts';
import { PAGE_POLICY } from './src/cli/serve/page-policy.ts';
import { requirementsForPage } from './test/conformance/page-table.ts';

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

/** The preview is what `viommu serve` is: names, types, packing and policy. */
const servePage: Plugin = {
  name: 'serve-page',
  configurePreviewServer(server) {
    const { root, build, preview } = server.config;
    const folder = resolve(root, build.outDir);
    const page = new PageServer((path) => readPageFile(folder, path));
    server.middlewares.use((request, response) => {
      for (const [name, value] of Object.entries(preview.headers)) {
        if (value !== undefined) response.setHeader(name, value);
      }
      page.answer(request, response).catch(() => response.destroy());
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
function licenceFiles(isPackage: boolean): ReadonlyMap<string, string> {
  const texts = isPackage ? [] : readdirSync(new URL('guest-images/LICENSES', import.meta.url));
  return new Map([
    ['licenses/LICENSE.txt', readText('LICENSE')],
    ['licenses/PROVENANCE.txt', readText('guest-images/PROVENANCE.md')],
    ['licenses/packages.txt', Object.keys(manifest.dependencies).map(packageLicence).join('\n\n')],
    ...texts.map(
      (name) => [`licenses/LICENSES/${name}`, readText(`guest-images/LICENSES/${name}`)] as const,
    ),
  ]);
}

/**
 * The package has the parts of the machine already, for its commands: its page asks for them under `files/`, which
 * `viommu serve` knows (src/cli/serve/page-files.ts), and brings none of them a second time.
 */
const useFilesOfPackage: Plugin = {
  name: 'use-files-of-package',
  enforce: 'pre',
  transform: (code) =>
    code.replaceAll(
      /new URL\('(?:\.\.\/)+(?:guest-images|wasm\/build|node_modules\/v86\/build|dist\/ready)\/([^']+)'/g,
      "new URL(/* @vite-ignore */ '../files/$1'",
    ),
};

/** What the page fetches when it is asked for, made of what has its home elsewhere. */
function tableFiles(): ReadonlyMap<string, string> {
  const requirements = requirementsForPage(readText('test/conformance/requirements.json'));
  return new Map([['conformance.json', requirements]]);
}

const shippedFiles = (isPackage: boolean): ReadonlyMap<string, string> =>
  new Map([...licenceFiles(isPackage), ...tableFiles()]);

const shipFiles = (isPackage: boolean): Plugin => ({
  name: 'ship-files',
  configureServer(server) {
    const files = shippedFiles(false);
    server.middlewares.use((request, response, next) => {
      const text = files.get(request.url?.slice(1) ?? '');
      if (text === undefined) return next();
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end(text);
    });
  },
  generateBundle() {
    for (const [fileName, source] of shippedFiles(isPackage))
      this.emitFile({ type: 'asset', fileName, source });
  },
});

/** What only a power cycle needs, and what a start needs beside scripts and styles. */
const LATER = /\/(?:bzImage|rootfs|seabios|vgabios)/;
const STARTING = /\/(?:machine-worker|v86|store|guest|disk)/;
/** What the page's first script loads at once, and what is shown first loads. */
const SHOWN_FIRST = ['/web/app/show-page.tsx', '/web/components/terminal.ts'];
const SERVICE_WORKER = 'service-worker.js';

/** Tells the service worker of the files that it shall keep: of all but sources' maps, licences and the pages of examples. */
const keepFiles: Plugin = {
  name: 'keep-files',
  apply: 'build',
  buildStart() {
    const id = fileURLToPath(new URL('src/worker/offline/service-worker.ts', import.meta.url));
    this.emitFile({ type: 'chunk', id, fileName: SERVICE_WORKER });
  },
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const page = bundle['index.html'];
      const worker = bundle[SERVICE_WORKER];
      if (page?.type !== 'asset' || worker?.type !== 'chunk')
        this.error('A part of the page is missing.');
      const script = /src="\.\/(assets\/[^"]+)"/.exec(String(page.source))?.[1] ?? '';
      const start = new Set([script]);
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const shown = chunks.filter(({ facadeModuleId }) =>
        SHOWN_FIRST.some((name) => facadeModuleId?.endsWith(name)),
      );
      const add = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk') return;
        start.add(name);
        for (const css of chunk.viteMetadata?.importedCss ?? []) start.add(css);
        for (const each of chunk.imports) if (!start.has(each)) add(each);
      };
      add(script);
      for (const { fileName } of shown) add(fileName);
      const assets = Object.keys(bundle)
        .filter((name) => /^assets\/.*(?<!\.map)$/.test(name))
        .sort();
      for (const name of assets) if (STARTING.test(name)) start.add(name);
      const later = assets.filter((name) => LATER.test(name));
      const data = Object.keys(bundle).filter((name) => /^[^/]+\.json$/.test(name));
      const soon = [...assets.filter((name) => !start.has(name) && !later.includes(name)), ...data];
      const id = createHash('sha256')
        .update(`${assets.join('\n')}\n${page.source}`)
        .digest('hex');
      const files = { id: id.slice(0, 16), start: [...start], soon, later };
      worker.code = worker.code.replace('BUILD_FILES', () => JSON.stringify(files));
    },
  },
};

/** Only what is built has a policy: the dev server puts scripts and sockets of its own into the page. */
const addPolicy: Plugin = {
  name: 'add-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

const page = (path: string): string => fileURLToPath(new URL(`web/${path}`, import.meta.url));

/** `vite build --mode package` makes the page of the package, which has no other use. */
const PACKAGE = 'package';

export default defineConfig(({ mode }) => ({
  root: 'web',
  base: './',
  // No fallback page: a missing image must be a 404 that we can explain, not somebody else's HTML.
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [
    serveKernel,
    servePage,
    shipFiles(mode === PACKAGE),
    addPolicy,
    ...(mode === PACKAGE ? [useFilesOfPackage] : [keepFiles]),
  ],
  worker: {
    format: 'es',
    plugins: () => (mode === PACKAGE ? [useFilesOfPackage] : []),
    rolldownOptions: { onLog },
  },
  server: { port: PORT, strictPort: false, fs: { allow: ['..'] } },
  preview: { port: PORT, strictPort: false },
  build: {
    outDir: mode === PACKAGE ? '../dist/page' : '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    sourcemap: mode !== PACKAGE,
    rolldownOptions: {
      onLog,
      input: {
        index: page('index.html'),
        examples: page('examples/embed.html'),
        'viommu-machine': page('embed/viommu-machine.ts'),
      },
      output: {
        // Other pages name it
        entryFileNames: ({ name }) =>
          name === 'viommu-machine' ? '[name].js' : 'assets/[name]-[hash].js',
        // The kernel has no extension, and a name that ends with a dot is no good on every server.
        assetFileNames: ({ names }) =>
          names[0]?.includes('.') === true
            ? 'assets/[name]-[hash][extname]'
            : 'assets/[name]-[hash].bin',
      },
    },
  },
}));

// The product's page in a browser, with another worker at its border.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { build, preview, type Plugin } from 'vite';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { PERSONLESS_CHROMIUM } from '../chromium-arguments.ts';
import { findChromium } from '../find-chromium.ts';

/** A page that may measure its memory is alone in its process. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
export const ARGUMENTS = [
  ...PERSONLESS_CHROMIUM,
  // Memory is measured at once, not with the next collection of garbage.
  '--enable-blink-features=ForceEagerMeasureMemory',
];

/** Puts a module in the place of the machine's worker. */
function exchangeWorker(module: string): Plugin {
  return {
    name: 'exchange-worker',
    load: (id) => (id.endsWith('/machine-worker.ts') ? `import ${JSON.stringify(module)};` : null),
  };
}

export const VIEWPORT = { width: 1280, height: 800 };

export interface OpenedPage {
  readonly page: Page;
  close(): Promise<void>;
}

/** Builds and opens the page in a view, `see` or `inspect`. Rejects with `Error` when there is no Chromium, or the page can not be built. */
export async function openPage(worker: string, view: string): Promise<OpenedPage> {
  const folder = await mkdtemp(join(tmpdir(), 'viommu-border-'));
  const common = {
    root: join(packageRoot(), 'web'),
    configFile: join(packageRoot(), 'vite.config.ts'),
    logLevel: 'error',
  } as const;
  await build({
    ...common,
    worker: { format: 'es', plugins: () => [exchangeWorker(worker)] },
    build: { outDir: folder, emptyOutDir: true, sourcemap: false },
  });
  const server = await preview({
    ...common,
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0, headers: ISOLATED },
  });
  const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
  const close = async (): Promise<void> => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  };
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.addInitScript(watch);
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}?view=${view}`);
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

declare global {
  /** Frames that it has painted. */
  var paintedFrames: number;
}

function watch(): void {
  globalThis.paintedFrames = 0;
  const count = (): void => {
    globalThis.paintedFrames += 1;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}

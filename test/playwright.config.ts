// Browser tests on the built page.

import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGUMENTS } from './tools/chromium-arguments.ts';
import { findChromium } from './tools/find-chromium.ts';

const PORT = 8187;

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../test-results',
  // A guest wants a processor to itself.
  workers: 1,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    // Only the test of it wants one: it would keep the page beside every guest.
    serviceWorkers: 'block',
    viewport: { width: 1280, height: 800 },
    // A trace of every run would take the processor from the guest.
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: findChromium(),
      args: [...CHROMIUM_ARGUMENTS],
    },
  },
  webServer: {
    cwd: '..',
    command: `node dist/src/cli/viommu.js serve --port ${PORT}`,
    url: `http://127.0.0.1:${PORT}/`,
    reuseExistingServer: false,
  },
});

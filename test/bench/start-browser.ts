// Opens the built page in a browser, as somebody who has been there before, and measures how it starts.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { findChromium } from '../tools/find-chromium.ts';
import { servePage } from '../tools/page-server.ts';
import { watchStart, type StartTimes } from './start-probe.ts';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
const VIEWPORT = { width: 1280, height: 800 };
/** A page that takes longer is taken for stuck. */
const LONGEST_START_MS = 120_000;

/** How a page can start, and its address: one that chooses anything has the PC boot from power-on. */
export const STARTS = {
  snapshot: './?view=inspect',
  power_on: './?iommu=translated&view=inspect',
} as const;
export type StartName = keyof typeof STARTS;

/** One person's browser, whose cache lasts, and the page's server. */
export class StartBrowser {
  readonly #context: BrowserContext;
  readonly #url: string;
  readonly #close: () => Promise<void>;

  private constructor(context: BrowserContext, url: string, close: () => Promise<void>) {
    this.#context = context;
    this.#url = url;
    this.#close = close;
  }

  /** Rejects with `Error` when there is no Chromium. */
  static async open(): Promise<StartBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'viommu-start-'));
    const server = await servePage();
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: findChromium(),
      args: ARGUMENTS,
      viewport: VIEWPORT,
    });
    await context.addInitScript(watchStart);
    return new StartBrowser(context, server.url, async () => {
      await context.close();
      await server.close();
      await rm(profile, { recursive: true });
    });
  }

  /** Opens the page in a tab of its own. Rejects with `Error` when the PC does not start. */
  async visit(start: StartName): Promise<StartTimes> {
    const page = await this.#context.newPage();
    try {
      await page.goto(new URL(STARTS[start], this.#url).href, { waitUntil: 'commit' });
      const outcome = await page.waitForFunction(() => globalThis.startOutcome, undefined, {
        timeout: LONGEST_START_MS,
      });
      const times = await outcome.jsonValue();
      if (times === undefined || 'failure' in times) {
        throw new Error(`the PC did not start: ${times?.failure}`);
      }
      return times;
    } finally {
      await page.close();
    }
  }

  close(): Promise<void> {
    return this.#close();
  }
}

// The page as a test sees it: what a person would look at and press, by role and name.

import { expect, type Locator, type Page } from '@playwright/test';
import type { PageHandle } from '../../../src/worker/api/page-handle.ts';

type Stage = ReturnType<PageHandle['stage']>;

/** A boot takes three seconds on a good machine; a slow one with other work may take a minute. */
const BOOT_TIMEOUT_MS = 120_000;

export class MachinePage {
  readonly page: Page;
  readonly status: Locator;
  readonly boot: Locator;
  readonly terminal: Locator;
  readonly endpoints: Locator;
  readonly mappings: Locator;
  readonly events: Locator;
  readonly faults: Locator;
  readonly failure: Locator;
  readonly iommuMode: Locator;
  readonly domain: Locator;

  constructor(page: Page) {
    this.page = page;
    this.status = page.getByRole('status', { name: 'Machine status' });
    this.boot = page.getByRole('progressbar', { name: 'Boot' });
    this.terminal = page.getByRole('group', { name: 'Terminal' });
    this.endpoints = page.getByRole('table', { name: 'Endpoints' });
    this.mappings = page.getByRole('table', { name: 'Mappings' });
    this.events = page.getByRole('grid', { name: 'Events' });
    this.faults = page.getByRole('list', { name: 'Faults' });
    this.failure = page.getByRole('alert');
    this.iommuMode = page.getByRole('button', { name: /^IOMMU: / });
    this.domain = page.locator('#mappings').getByRole('combobox', { name: 'Domain' });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  endpoint(name: string): Locator {
    return this.endpoints.getByRole('row', { name });
  }

  /** Opens a view of the page, Inspect if none is named. */
  async open(path = './', view: 'see' | 'inspect' = 'inspect'): Promise<void> {
    const [file = './', query = ''] = path.split('?');
    const parameters = new URLSearchParams(query);
    parameters.set('view', view);
    await this.page.goto(`${file}?${parameters}`);
  }

  /** Waits for the guest's prompt; fails at once when the machine does. */
  async waitForPrompt(): Promise<void> {
    const outcome = await this.page.waitForFunction(
      () => {
        const { viommu } = window;
        if (viommu?.status() === 'failed') return 'failed';
        return viommu?.stage() === 'ready' ? 'ready' : null;
      },
      undefined,
      { timeout: BOOT_TIMEOUT_MS },
    );
    expect(await outcome.jsonValue(), await this.consoleText()).toBe('ready');
  }

  /** Waits until the boot has come to a stage, or past it. */
  async waitForStage(stages: readonly Stage[]): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => wanted.some((stage) => stage === window.viommu?.stage()),
      stages,
      { timeout: BOOT_TIMEOUT_MS },
    );
  }

  /** What the serial console has printed since the machine's start. */
  async consoleText(): Promise<string> {
    return this.page.evaluate(() => window.viommu?.consoleText() ?? '');
  }

  /** Waits for the console to print something that matches, after what it has printed by now. */
  async waitForConsole(pattern: RegExp, after = 0): Promise<void> {
    const text = async (): Promise<string> => (await this.consoleText()).slice(after);
    await expect.poll(text, { timeout: 60_000 }).toMatch(pattern);
  }

  /** Types a line into the terminal, as a person does. */
  async typeLine(line: string): Promise<void> {
    await this.terminal.click();
    await this.page.keyboard.type(`${line}\n`);
  }

  /** Presses Reset, and tells which words the status has shown, one after the other, until Linux runs again. */
  async shownAfterReset(): Promise<readonly string[]> {
    const shown = this.status.evaluate(
      (status) =>
        new Promise<readonly string[]>((resolve) => {
          const words: string[] = [];
          new MutationObserver(() => {
            const word = status.textContent ?? '';
            if (words.at(-1) !== word) words.push(word);
            if (words.includes('Booting') && word === 'Running') resolve(words);
          }).observe(status, { characterData: true, childList: true, subtree: true });
        }),
    );
    await this.button('Reset').click();
    return shown;
  }

  async fillRogue(address: string, access: 'Read' | 'Write'): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Address' }).fill(address);
    await this.page.getByRole('radio', { name: access }).check();
  }

  async chooseMode(label: string): Promise<void> {
    await this.iommuMode.click();
    const dialog = this.page.getByRole('dialog', { name: 'What the IOMMU does' });
    await dialog.getByRole('radio', { name: label }).check();
    await dialog.getByRole('button', { name: 'Restart' }).click();
  }

  /** Whether the page itself, and not a pane in it, can be scrolled. */
  async canScroll(): Promise<{ readonly down: boolean; readonly sideways: boolean }> {
    return this.page.evaluate(() => {
      const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
      return { down: scrollHeight > clientHeight, sideways: scrollWidth > clientWidth };
    });
  }
}

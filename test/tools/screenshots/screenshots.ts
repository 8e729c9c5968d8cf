// `npm run screenshots`: makes the README's pictures of the built page anew, into web/screenshots.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { findChromium } from '../find-chromium.ts';
import { servePage } from '../page-server.ts';
import { smallPng, type Pixels } from './small-png.ts';

const FOLDER = join(packageRoot(), 'web/screenshots');
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
/** Amid the boot: some devices have a domain. */
const PAST_EVENT = 12;

const server = await servePage();
const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
await mkdir(FOLDER, { recursive: true });
try {
  await shootPresent(browser);
  await shootBypass(browser);
  await shootPhone(browser);
} finally {
  await browser.close();
  await server.close();
}

async function opened(from: Browser, search: string, size = DESK): Promise<Page> {
  const page = await from.newPage({
    viewport: size,
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(`${server.url}?${search}`);
  await promptOf(page);
  return page;
}

async function promptOf(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.viommu?.stage() === 'ready');
  await page.waitForFunction(() => globalThis.viommu?.status() === 'running');
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

async function printed(page: Page, text: string): Promise<void> {
  const has = (wanted: string): boolean =>
    globalThis.viommu?.consoleText().includes(wanted) === true;
  await page.waitForFunction(has, text);
}

/** One PC, looked at from all sides. */
async function shootPresent(from: Browser): Promise<void> {
  const page = await opened(from, 'view=see');
  await press(page, 'Ping');
  await printed(page, 'Linux mapped for it.</p>');
  await press(page, 'Let a device overreach');
  await page.getByText('The rule:').waitFor();
  await shoot(page, 'see');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot(page, 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(linkTo(page, { at: String(PAST_EVENT) }));
  await promptOf(page);
  await shoot(page, 'past');
  await page.goto(linkTo(page, { at: null, view: 'inspect' }));
  await promptOf(page);
  await page.evaluate(() => globalThis.viommu?.type('disk-read\r'));
  await printed(page, '  /dev/sda  ');
  await shoot(page, 'inspect');
  await press(page, 'Send rogue DMA');
  await page.getByRole('list', { name: 'Faults' }).getByRole('button').first().click();
  await page.getByText('The rule:').first().waitFor();
  await shoot(page, 'fault');
  await page.close();
}

async function shootBypass(from: Browser): Promise<void> {
  const page = await opened(from, 'view=see&iommu=bypass');
  await press(page, 'Let a device overreach');
  await page.getByText('Nothing was checked (bypass).').waitFor();
  await shoot(page, 'bypass');
  await page.close();
}

/** The story, as a first visit has it. */
async function shootPhone(from: Browser): Promise<void> {
  const page = await opened(from, 'view=see&story=2', PHONE);
  await press(page, 'Let it overreach');
  await page.getByRole('heading', { name: 'Why it was stopped' }).waitFor();
  await shoot(page, 'phone');
  await page.close();
}

function linkTo(page: Page, changes: Readonly<Record<string, string | null>>): string {
  const url = new URL(page.url());
  for (const [name, text] of Object.entries(changes)) {
    if (text === null) url.searchParams.delete(name);
    else url.searchParams.set(name, text);
  }
  return url.href;
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => globalThis.viommu?.waitForIdle());
  const picture = await page.screenshot();
  const png = smallPng(await pixelsOf(page, picture));
  await writeFile(join(FOLDER, `${name}.png`), png);
  console.log(`${name}.png: ${png.length} bytes`);
}

/** What is in a picture, as the browser reads it. */
async function pixelsOf(page: Page, picture: Buffer): Promise<Pixels> {
  const { width, height, base64 } = await page.evaluate(async (source) => {
    const blob = new Blob([Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0))]);
    const bitmap = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let text = '';
    for (let at = 0; at < data.length; at += 0x8000) {
      text += String.fromCharCode(...data.subarray(at, at + 0x8000));
    }
    return { width: bitmap.width, height: bitmap.height, base64: btoa(text) };
  }, picture.toString('base64'));
  return { width, height, bytes: Buffer.from(base64, 'base64') };
}

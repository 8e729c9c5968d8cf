// What axe finds of WCAG 2.2 AA and good practice in every view, every dialog, and on what is wrong: nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { violationsIn } from './pages/axe.ts';
import { MachinePage } from './pages/machine-page.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
type Look = readonly ['light' | 'dark', number];
/** Each theme at each width. */
const LOOKS: readonly Look[] = [320, 1280, 1920].flatMap((width): readonly Look[] => [
  ['light', width],
  ['dark', width],
]);
/** Each theme, and each width. */
const FEW_LOOKS: readonly Look[] = [
  ['light', 320],
  ['dark', 320],
  ['dark', 1280],
  ['light', 1920],
];
const TRACE = join(import.meta.dirname, '../support/traces/qemu-7.2.txt');

async function expectNone(
  page: Page,
  what: string,
  {
    looks = LOOKS,
    part = 'html',
  }: { readonly looks?: readonly Look[]; readonly part?: string } = {},
): Promise<void> {
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate(() => window.viommu?.waitForIdle());
    const found = await violationsIn(page, { part, tags: RULES });
    expect.soft(found, `${what}, ${colorScheme}, ${width}`).toEqual([]);
  }
}

test('has no violations in any view, dialog, theme and width', async ({ page }) => {
  const machine = new MachinePage(page);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await machine.open('./', 'see');
  await machine.waitForPrompt();
  await machine.button('Let a device overreach').click();
  const story = page.getByRole('group', { name: 'Story' });
  await expect(story.getByRole('article')).toHaveCount(1);
  await expect(story).toContainText('A86');
  // Nothing moves while it is looked at.
  await machine.button('Pause').click();
  await expect(machine.status).toHaveText('Paused');
  await expectNone(page, 'See');

  await machine.button('Share…').click();
  await page.getByRole('checkbox', { name: 'With the recording of this PC in it' }).check();
  await expectNone(page, 'Share', { looks: FEW_LOOKS, part: '.share' });
  await page.keyboard.press('Escape');

  await machine.button('Machine…').click();
  await page.getByRole('textbox', { name: 'Memory' }).fill('much');
  await page.locator('.machine-dialog details').evaluateAll((groups) => {
    for (const group of groups) group.setAttribute('open', '');
  });
  await expect(page.getByText('must be a whole number')).not.toHaveCount(0);
  await expectNone(page, 'Machine', { looks: FEW_LOOKS, part: '.machine-dialog' });
  await page.keyboard.press('Escape');

  // In See the story is looked at, in Inspect what it leads to
  await story.getByRole('button', { name: /^ATTACH/ }).click();
  await page.getByRole('link', { name: 'Inspect', exact: true }).click();
  await page.setViewportSize({ width: 320, height: 800 });
  for (const map of ['#address-map', '#memory-map']) {
    await page.locator(map).getByRole('button', { name: 'Table' }).click();
    await expect(page.locator(map).getByRole('table')).toBeVisible();
  }
  await machine.button('Range').click();
  await machine.button('Statistics').click();
  await expect(page.locator('#statistics').getByRole('table').first()).toBeVisible();
  await page.getByLabel('Filter', { exact: true }).focus();
  await page.getByRole('textbox', { name: 'Filter', exact: true }).fill('kind == banana');
  await expect(page.locator('#events .filter-bar')).toHaveAttribute('data-state', 'invalid');
  await expectNone(page, 'Inspect');

  await page.getByLabel('File to open').setInputFiles({
    name: 'qemu.txt',
    mimeType: 'text/plain',
    buffer: readFileSync(TRACE),
  });
  await expect(machine.status).toHaveText('Trace');
  await expectNone(page, 'A trace', { looks: FEW_LOOKS });
});

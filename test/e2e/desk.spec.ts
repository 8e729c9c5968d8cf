// The desk, the palette and the sheet of keys, by keyboard alone: panes are moved, closed and remembered, and the cause of a fault is
// found.

import { expect, test, type Page } from '@playwright/test';
import { violationsIn } from './pages/axe.ts';
import { MachinePage } from './pages/machine-page.ts';

/** Opens the palette, types into it, and takes what is found first. */
async function command(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await take(page, text);
}

async function take(page: Page, text: string): Promise<void> {
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
}

test('lets panes be moved and a fault be explained by keyboard alone', async ({ page }) => {
  const machine = new MachinePage(page);
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  const heading = (name: string) => page.getByRole('heading', { name, exact: true });
  await machine.open('./', 'see');
  await machine.waitForPrompt();
  const printed = await page.locator('.xterm-rows').textContent();

  await test.step('a fault is made, and its cause found', async () => {
    await command(page, 'overreach');
    await command(page, 'faults');
    await expect(heading('Faults')).toBeFocused();
    await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
    await expect(machine.faults).toContainText('virtio 1.2, 5.13.6.9');
    await page.keyboard.press('[');
    const back = machine.button('Back to live');
    await expect(back).toBeVisible();
    await page.keyboard.press('l');
    await expect(back).toBeHidden();
  });

  await test.step('a filter is written, with what is offered, and taken away', async () => {
    // An access that is armed has a filter, too
    const events = page.locator('#events');
    const editor = events.getByRole('textbox', { name: 'Filter', exact: true });
    await events.getByLabel('Filter', { exact: true }).focus();
    await expect(editor).toBeFocused();
    await page.keyboard.type('kind = fault');
    await expect(editor).toHaveAccessibleDescription(/^Write == to compare\./);
    await expect(page.getByRole('listbox')).toBeHidden();
    await page.keyboard.press('Escape');
    await page.keyboard.type('kind == f');
    await expect(page.getByRole('option', { name: 'fault' })).toBeVisible();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(editor).toHaveText('kind == fault');
    await page.keyboard.press('Enter');
    await expect(machine.events).not.toContainText('MAP');
    await page.keyboard.press('Escape');
    await expect(machine.events).toContainText('MAP');
  });

  await test.step('a word is explained', async () => {
    await command(page, 'what is a domain');
    const sheet = page.getByRole('dialog', { name: 'Keys and terms' });
    await expect(sheet.locator(':focus')).toContainText(/^Domain/);
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
    await machine.button('Find a command').press('Enter');
    await take(page, 'keys and terms');
    await expect(sheet).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('the console has kept its text', async () => {
    const rows = page.locator('.xterm-rows');
    await expect(rows).toContainText((printed ?? '').trim().slice(-8));
  });

  await test.step('a pane joins the tabs of another, and leaves them', async () => {
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Events: move or close' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Show larger' })).toBeFocused();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.type('i');
    await page.getByRole('menuitem', { name: 'Into the tabs of Console' }).press('Enter');
    await expect(heading('Events')).toBeFocused();
    await expect(tab('Events')).toHaveAttribute('aria-selected', 'true');
    await expect(machine.terminal).toBeHidden();
    await tab('Events').press('ArrowLeft');
    await expect(tab('Console')).toBeFocused();
    await expect(machine.terminal).toBeVisible();
    await expect(page.locator('.xterm-rows')).toContainText((printed ?? '').trim().slice(-8));
  });

  await test.step('a border is moved, a pane closed, and all is remembered', async () => {
    const border = page.getByRole('separator').first();
    const before = Number(await border.getAttribute('aria-valuenow'));
    await border.press('ArrowDown');
    await expect(border).toHaveAttribute('aria-valuenow', String(before + 20));
    await page.getByRole('button', { name: 'Rogue DMA: move or close' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Close' }).press('Enter');
    await expect(heading('Rogue DMA')).toBeHidden();
    await page.reload();
    await expect(tab('Events')).toBeVisible();
    await expect(heading('Rogue DMA')).toBeHidden();
    await command(page, 'reset layout');
    await expect(heading('Rogue DMA')).toBeVisible();
    await expect(tab('Events')).toBeHidden();
  });

  await test.step('keys and words are explained', async () => {
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys and terms' });
    await expect(sheet.getByText('Find a command')).toBeVisible();
    await expect(sheet.getByText(/the address that a device uses/)).toBeVisible();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
    await page.getByRole('button', { name: 'IOMMU', exact: true }).first().focus();
    await expect(page.getByRole('tooltip')).toContainText('Hardware between devices and memory');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: /^Search/ })).toBeFocused();
    expect(await violationsIn(page)).toEqual([]);
  });
});

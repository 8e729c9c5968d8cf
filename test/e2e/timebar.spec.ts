// The time bar: looking at the past while the PC goes on.

import { expect, test, type Locator, type Page } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

async function openedAtPrompt(page: Page): Promise<MachinePage> {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  return machine;
}

function timeBar(page: Page): Locator {
  return page.getByRole('region', { name: 'Time', exact: true });
}

/** A place in the bar, in parts of its width. */
async function placeIn(page: Page, part: number): Promise<{ x: number; y: number }> {
  const box = await page.getByRole('slider', { name: 'Time' }).boundingBox();
  if (box === null) throw new Error('the bar is on the screen');
  return { x: box.x + part * box.width, y: box.y + box.height / 2 };
}

test('shows all panes as they were, what happened in a range, a fault and what was before it', async ({
  page,
}) => {
  const machine = await openedAtPrompt(page);
  const slider = page.getByRole('slider', { name: 'Time' });
  const states = machine.endpoints.locator('.badge');
  const listed = await states.allTextContents();
  await expect(slider).toHaveAttribute('aria-valuetext', /^event #(\d+) of \1, [\d.]+ s, live$/);
  // Before the driver of the IOMMU, however long the guest has run since
  const { x, y } = await placeIn(page, 0.05);
  await page.mouse.click(x, y);
  await expect(timeBar(page)).toContainText(/Looking at event #[\d,]+, [\d.]+ s ago\./);
  await expect(slider).toHaveAttribute('aria-valuetext', /, past$/);
  await expect(page).toHaveURL(/[?&]at=\d+(&|$)/);
  await expect(machine.events.locator('[aria-current=true]')).toBeVisible();
  expect(await states.allTextContents()).not.toEqual(listed);
  expect(await machine.canScroll()).toEqual({ down: false, sideways: false });
  await machine.typeLine('head -c 65536 /dev/vda | md5sum');
  await machine.waitForConsole(/[0-9a-f]{32} {2}-/);
  expect(await states.allTextContents()).not.toEqual(listed);
  await machine.button('Back to live').click();
  await expect(states).toHaveText(listed);
  await expect(page).not.toHaveURL(/at=/);
  await page.goBack();
  await expect(slider).toHaveAttribute('aria-valuetext', /, past$/);
  await machine.button('Back to live').click();

  // A drag says what happened in that time, and zooms there
  const from = await placeIn(page, 0.05);
  const to = await placeIn(page, 0.95);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 3 });
  await page.mouse.up();
  const range = page.getByRole('group', { name: 'Range' });
  await expect(range).toContainText(
    /^[\d.]+ to [\d.]+ s \([\d.]+ m?s\): [\d,]+ requests, 0 faults, .* of DMA/,
  );
  await expect(page).toHaveURL(/[?&]range=[\d.]+s\.\.[\d.]+s(&|$)/);
  const words = await range.textContent();
  const end = page.getByRole('slider', { name: 'End of the range' });
  const box = await end.boundingBox();
  if (box === null) throw new Error('the range has an end');
  await page.mouse.move(box.x + box.width / 2, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 0.5 * (to.x - from.x), from.y, { steps: 3 });
  await page.mouse.up();
  await expect(range).not.toHaveText(words ?? '');
  await end.press('Shift+ArrowRight');
  await machine.button('Zoom to it').click();
  await range.getByRole('button', { name: 'Statistics' }).click();
  const figures = page.getByRole('table', { name: 'Events', exact: true });
  const row = figures
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name: 'MAP', exact: true }) });
  await expect(page.getByRole('heading', { name: 'Statistics' })).toBeFocused();
  await row.getByRole('button', { name: 'MAP', exact: true }).click();
  const count = await row.getByRole('cell').first().textContent();
  await expect(page.locator('.feed-counts b')).toHaveText(count ?? '');
  const askers = page.getByRole('table', { name: 'Requests by driver function' });
  await askers.getByRole('button').first().click();
  await expect(page.locator('.filter-state')).toContainText('Filtered');
  await expect(page.locator('.feed-counts b')).toHaveText(/^[1-9]/);
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await expect(range).toHaveText(words ?? '');
  await page.keyboard.press('Escape');
  await expect(range).toBeHidden();
  await expect(page).not.toHaveURL(/range=/);
  // Whatever was zoomed to: from power on, when devices reached all memory
  await timeBar(page).getByRole('button', { name: 'All', exact: true }).click();
  await machine.button('Table of the time bar').click();
  const table = page.getByRole('dialog', { name: 'What the time bar shows' });
  await expect(table.getByRole('row').nth(1)).toContainText('all memory');
  await table.getByRole('button', { name: /^#/ }).first().click();
  await expect(table).toBeHidden();
  await expect(timeBar(page)).toContainText('Looking at event #');
  await machine.button('Back to live').click();

  await test.step('by keyboard alone it leads to a fault and what was before it', async () => {
    await machine.button('Send rogue DMA').press('Enter');
    await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
    await machine.button('Send rogue DMA').press('[');
    await expect(machine.events.locator('[aria-current=true]')).toContainText('FAULT');
    await page.keyboard.press(',');
    await expect(machine.faults.getByRole('listitem')).toHaveCount(0);
    await page.keyboard.press(']');
    await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
    await slider.press('Home');
    await expect(slider).toHaveAttribute('aria-valuetext', /^event #1 of /);
    await slider.press('ArrowRight');
    await expect(slider).toHaveAttribute('aria-valuetext', /^event #2 of /);
    await slider.press('Escape');
    await expect(timeBar(page)).toContainText(/^Live/);
    await page.getByRole('textbox', { name: 'Address' }).press('[');
    await expect(timeBar(page)).toContainText(/^Live/);
  });

  await test.step('and the whole machine goes to the moment that is looked at', async () => {
    await machine.button('Previous fault').click();
    await machine.button('Previous event').click();
    await machine.button('Take the whole machine there').click();
    await expect(machine.status).toHaveText(/^Event #[\d,]+ of [\d,]+, in the past$/);
    await expect(timeBar(page)).toContainText(/^Live/);
    await expect(machine.faults.getByRole('listitem')).toHaveCount(0);
    await expect(machine.button('Return to the latest event')).toBeVisible();
  });
});

test('counts time on over a power cycle, and shows the new life only', async ({ page }) => {
  const machine = await openedAtPrompt(page);
  const slider = page.getByRole('slider', { name: 'Time' });
  await slider.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', /^event #1 of /);
  await machine.button('Reset').click();
  await expect(timeBar(page)).toContainText(/^Live/);
  await machine.waitForPrompt();
  await slider.press('Home');
  await expect(machine.events.locator('[aria-current=true]')).toContainText('off and on again');
  await expect(timeBar(page)).toContainText(/Looking at event #[\d,]+, [1-9][\d.]* s ago/);
});

// Looking at the past while the PC goes on.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

test('shows a past moment in all panes, by keyboard alone, and returns', async ({ page }) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  const moment = page.getByRole('region', { name: 'Moment' });
  await expect(moment).toContainText(/^Live\.Liveevent #\d+/);
  const listed = await machine.endpoints.locator('.badge').allTextContents();

  await machine.button('Send rogue DMA').click();
  await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
  await machine.button('Send rogue DMA').press(',');
  await machine.button('Send rogue DMA').press(',');
  await expect(moment).toContainText(/Looking at event #[\d,]+, [\d.]+ m?s ago\. The PC goes on\./);
  await expect(machine.faults.getByRole('listitem')).toHaveCount(0);
  await expect(page).toHaveURL(/[?&]at=\d+$/);
  await page.keyboard.press(']');
  await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
  await expect(machine.events.locator('[aria-current=true]')).toContainText('FAULT');
  await page.keyboard.press('Escape');
  await expect(moment).toContainText(/^Live/);
  await expect(page).not.toHaveURL(/at=/);

  await machine.open('./?at=1');
  await expect(moment).toContainText('Looking at event #1,');
  await expect(machine.events.getByRole('listitem').first()).toBeVisible();
  expect(await machine.endpoints.locator('.badge').allTextContents()).not.toEqual(listed);
  await machine.button('Back to live').click();
  await expect(moment).toContainText(/^Live/);
  await expect(machine.endpoints.locator('.badge')).toHaveText(listed);
  await page.goBack();
  await expect(moment).toContainText('Looking at event #1,');
});

test('takes the whole machine to the moment that is looked at', async ({ page }) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  const moment = page.getByRole('region', { name: 'Moment' });
  await machine.button('Send rogue DMA').click();
  await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
  await machine.button('Previous event').click();
  await machine.button('Take the whole machine there').click();
  await expect(machine.status).toHaveText(/^Event #[\d,]+ of [\d,]+, in the past$/);
  await expect(moment).toContainText(/^Live/);
  await expect(machine.faults.getByRole('listitem')).toHaveCount(0);
  await expect(machine.button('Return to the latest event')).toBeVisible();
});

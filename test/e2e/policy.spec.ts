// A server that allows the page only what it needs: by a header on every file, which binds the worker, too.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

test('works under the policy it is built with, sent for every file', async ({ page }) => {
  const machine = new MachinePage(page);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  let policy = '';
  await page.route('**/*', async (route) => {
    const response = await route.fetch();
    const meta = /Content-Security-Policy" content="([^"]+)"/.exec(await response.text())?.[1];
    policy ||= meta?.replaceAll('&#39;', "'") ?? '';
    const headers = { ...response.headers(), 'content-security-policy': policy };
    await route.fulfill({ response, headers });
  });
  await machine.open();
  await machine.waitForPrompt();
  expect(policy).toContain("worker-src 'self'");
  expect(policy).not.toContain('blob:');
  await machine.button('disk-read').click();
  await machine.waitForConsole(/[0-9a-f]{32} {2}\/dev\/vda/);
  await machine.button('Send rogue DMA').click();
  await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
  expect(complaints).toEqual([]);
  // What is still on its way comes to its end before the page does.
  await page.unrouteAll({ behavior: 'wait' });
});

// A server that allows the page only what it needs: by a header on every file, which binds the worker, too.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

// The page's service worker is bound by the policy, too
test.use({ serviceWorkers: 'allow' });

test('works under the policy it is built with, sent for every file', async ({ page }) => {
  const machine = new MachinePage(page);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const policies = new Set<string | undefined>();
  page.on('response', (response) => {
    policies.add(response.headers()['content-security-policy']);
  });
  await machine.open();
  await machine.waitForPrompt();
  const meta = page.locator('meta[http-equiv="Content-Security-Policy"]');
  expect([...policies]).toEqual([await meta.getAttribute('content')]);
  expect([...policies].join()).toContain("worker-src 'self'");
  expect([...policies].join()).not.toContain('blob:');
  await machine.typeLine('head -c 65536 /dev/vda | md5sum');
  await machine.waitForConsole(/[0-9a-f]{32} {2}-/);
  await machine.button('Send rogue DMA').click();
  await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('Filter', { exact: true }).focus();
  await expect(page.getByRole('textbox', { name: 'Filter', exact: true })).toBeFocused();
  await page.keyboard.type('kin');
  const offered = page.getByRole('option', { name: /^kind/ }).first();
  await expect(offered).toHaveCSS('display', 'flex');
  expect(complaints).toEqual([]);
});

// The page on a static host, in a folder, without headers of its own: with a network, after an update, and without.

import { expect, test } from '@playwright/test';
import { GuestPage } from '../../src/guest/guest-page.ts';
import { hostPage } from '../support/static-host.ts';

test.use({ serviceWorkers: 'allow' });

/** All that a first visit fetches, kept files included. */
const FIRST_VISIT_BYTES = 5.5e6;

test('starts without a network after a visit, and tells of a new version', async ({ page }) => {
  const host = await hostPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  const script = page.locator('script[type="module"]');
  try {
    await page.goto(host.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    const first = await script.getAttribute('src');
    console.log(`  first visit: ${(host.sentBytes / 1e6).toFixed(2)} MB`);
    expect(host.sentBytes).toBeLessThan(FIRST_VISIT_BYTES);

    host.deploy();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    const notice = page.getByRole('status', { name: 'New version' });
    await notice.getByRole('button', { name: 'Reload' }).click();
    await expect(script).not.toHaveAttribute('src', String(first));
    // The new page has its own worker take over, and says nothing more
    await page.waitForFunction(async () => {
      const registration = await navigator.serviceWorker.ready;
      return registration.waiting === null && registration.installing === null;
    });
    await expect(notice.getByRole('button')).toHaveCount(0);
    expect(complaints).toEqual([]);
  } finally {
    await host.close();
  }

  await page.reload();
  const guest = await GuestPage.attach(page);
  expect(await guest.run('echo offline')).toEqual({ exitCode: 0, output: 'offline\n' });
});

// `GuestPage` does what every `Guest` does, and the page shows what a program does to its guest.

import { expect, test } from '@playwright/test';
import { GuestPage } from '../../src/guest/guest-page.ts';
import { GUEST_CONTRACT } from '../support/guest-contract.ts';
import { MachinePage } from './pages/machine-page.ts';

test('a GuestPage does what every Guest does', async ({ page }) => {
  test.setTimeout(600_000);
  // In Inspect a busy guest costs least to show
  await page.goto('./?view=inspect');
  const guest = await GuestPage.attach(page);
  for (const { name, keep } of GUEST_CONTRACT) {
    await test.step(name, () => keep(guest));
  }
});

test('the page shows the past when its guest is taken there, and goes on from there', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await machine.open();
  const guest = await GuestPage.attach(page);
  const { domains } = await guest.iommu.state();
  const { sequence } = await guest.past.place;
  await guest.run(
    'echo later$((6*7)); blockdev --flushbufs /dev/vda; head -c 65536 /dev/vda >/dev/null',
  );
  const { sequence: last } = await guest.iommu.state();

  await guest.past.goTo(sequence);
  // Linux may have had events of its own since
  const words = new RegExp(
    `^Event #${sequence.toLocaleString('en-US')} of ([\\d,]+), in the past$`,
  );
  await expect(machine.status).toHaveText(words);
  const [, end = ''] = words.exec((await machine.status.textContent()) ?? '') ?? [];
  expect(Number(end.replaceAll(',', ''))).toBeGreaterThanOrEqual(last);
  expect(await machine.consoleText()).not.toContain('later42');
  const shown = await page.evaluate(() => window.viommu?.state());
  expect(shown?.domains).toEqual(domains);
  await expect(machine.boot).toHaveCount(0);

  await machine.button('Return to the latest event').click();
  await expect(machine.status).toHaveText('Paused');
  expect(await machine.consoleText()).toContain('later42');

  await guest.past.goTo(sequence);
  await machine.button('Go on from here').click();
  await expect(machine.status).toHaveText('Running');
  expect((await guest.run('echo another')).output).toBe('another\n');
  expect(await guest.past.branches).toHaveLength(2);
});

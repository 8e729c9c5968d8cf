// A fault in the page says why, what that rests on, and which functions of Linux were behind it.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

const ROGUE = 0x1002;

test('explains a fault by what Linux did before', async ({ page }) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  await page.evaluate(
    (endpoint) =>
      window.viommu?.rogueDma({ endpoint, address: 0xdead_0000n, access: 'write', length: 4 }),
    ROGUE,
  );
  const card = machine.faults.getByRole('listitem').first();
  await expect(card).toContainText(
    'rogue tried to write 4 bytes of data at 0xdead0000, where nothing has been mapped since ATTACH #',
  );
  await expect(card).toContainText('The rule: virtio 1.2, 5.13.6.9.');
  const caller = card.getByText(/^#\d+ by \S+ \(pid \d+\)$/);
  await caller.click();
  await expect(card.getByText('viommu_attach_dev')).toBeVisible();

  await test.step('and a request by who made it', async () => {
    await page.evaluate(() =>
      window.viommu?.type('blockdev --flushbufs /dev/vda; head -c 65536 /dev/vda | md5sum\r'),
    );
    // Until then rows move on under the pointer
    await machine.waitForConsole(/[0-9a-f]{32} {2}-/);
    const made = machine.events.getByRole('row').filter({ hasText: / · virtblk_add_req$/ });
    await made.last().click();
    await expect(
      page.getByText(/^#\d+: Domain \d+: .*, by .*, virtblk_add_req Look at this moment$/),
    ).toBeVisible();
  });

  await test.step('whose story comes to the front when it is chosen', async () => {
    await page.getByRole('tab', { name: 'Faults' }).click();
    await card.getByRole('button', { name: /^No mapping/ }).click();
    const story = page.getByRole('region', { name: 'Stopped access' });
    await expect(story).toContainText('put rogue into domain 2.');
    await story.getByRole('button', { name: /^ATTACH #\d+$/ }).click();
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await expect(inspector.getByRole('table', { name: 'Fields: The driver asked' })).toBeVisible();
  });

  await test.step('also one that was armed, for what a file does that was dropped', async () => {
    await page.getByRole('button', { name: 'Panes' }).click();
    await page.getByRole('menuitem', { name: /^Armed/ }).click();
    const armed = page.getByRole('region', { name: 'Armed' });
    const script = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['#!/bin/sh\necho "given" to $((40 + 2))\n'], 'given'));
      return data;
    });
    await page.dispatchEvent('body', 'drop', { dataTransfer: script });
    await expect(page.getByText('given is in the PC’s shared folder')).toBeVisible();
    await armed.getByRole('button', { name: 'Arm', exact: true }).click();
    await machine.typeLine('share-read given && /mnt/share/given');
    await machine.waitForConsole(/given to 42/);
    await armed.getByRole('button', { name: /Stopped$/ }).click();
    await expect(page.getByRole('region', { name: 'Stopped access' })).toContainText('0xdeadb000');
  });
});

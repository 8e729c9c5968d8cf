// The demo's story: Linux boots, its devices are behind the IOMMU, and one that goes astray is stopped.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

/** An address that chooses anything has the PC boot from power-on. */
const FROM_POWER_ON = './?iommu=translated';
const ROGUE_ADDRESS = '0xdeadb000';

test('boots after a reload in the middle of a boot, shows endpoints and live mappings, stops a rogue access', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await machine.open(FROM_POWER_ON);
  await machine.waitForStage(['kernel', 'iommu', 'userspace', 'ready']);
  await page.reload();
  await expect(machine.boot).toBeVisible();
  await expect(machine.button('disk-read')).toBeDisabled();
  await machine.waitForPrompt();
  await expect(machine.boot).toBeHidden();
  await expect(machine.status).toHaveText('Running');
  await expect(machine.terminal).toContainText('Three things to try');

  await test.step('endpoints', async () => {
    const attached = machine.endpoints.getByRole('row').filter({ hasText: /Domain \d+/ });
    await expect.poll(() => attached.count()).toBeGreaterThanOrEqual(5);
    await expect(machine.endpoint('virtio-blk')).toContainText('4097');
  });

  await test.step('live mappings', async () => {
    await expect.poll(() => machine.mappings.getByRole('row').count()).toBeGreaterThan(3);
    const maps = page.getByRole('button', { name: /^Map / });
    const before = await maps.textContent();
    const printed = (await machine.consoleText()).length;
    await machine.button('disk-read').click();
    await machine.waitForConsole(/[0-9a-f]{32} {2}\/dev\/vda {2}8388608/, printed);
    await expect(maps).not.toHaveText(before ?? '');
    await expect(machine.events.getByRole('row').first()).toBeAttached();
    await expect(machine.endpoint('virtio-blk')).toHaveAttribute('data-selected', 'true');
  });

  await test.step('rogue access', async () => {
    await machine.fillRogue(ROGUE_ADDRESS, 'Write');
    await page.getByRole('combobox', { name: 'Device' }).selectOption({ label: 'rogue' });
    await machine.button('Send rogue DMA').click();
    const card = machine.faults.getByRole('listitem').first();
    await expect(card).toContainText(ROGUE_ADDRESS, { timeout: 1_000 });
    await expect(card).toContainText('tried to write');
    await expect(card).toContainText('Reported to Linux');
    await expect(page.getByRole('form', { name: 'Rogue DMA' })).toContainText('Blocked.');

    const printed = (await machine.consoleText()).length;
    await machine.button('Ask Linux').click();
    await machine.waitForConsole(/fault from EP 4098 at 0xdeadb000 \[W\]/, printed);
  });
});

test('boots the machine of a plan in the address, without an IOMMU, and restarts it in bypass', async ({
  page,
}) => {
  const plan = { memoryMiB: 80, append: 'viommu.test', endpoints: { ide: false } };
  const text = Buffer.from(JSON.stringify(plan)).toString('base64url');
  const machine = new MachinePage(page);
  await machine.open(`./?plan=${text}&iommu=off`);
  await machine.waitForPrompt();
  await machine.waitForConsole(/ viommu\.test/);
  await expect(page.getByText('This PC has no IOMMU: its devices reach')).toBeVisible();
  const form = page.getByRole('form', { name: 'Rogue DMA' });
  await machine.fillRogue('0x100000', 'Read');
  await machine.button('Send rogue DMA').click();
  await expect(form).toContainText('There is no IOMMU: nothing was checked');

  await machine.chooseMode('Bypass');
  await machine.waitForPrompt();
  await machine.waitForConsole(/ viommu\.test/);
  await expect(page).toHaveURL(/iommu=bypass/);
  await expect(machine.endpoints).toContainText('virtio-blk');
  await expect(machine.endpoints).not.toContainText('ide');
  const bypassed = machine.endpoints.getByRole('row').filter({ hasText: 'Bypass' });
  await expect.poll(() => bypassed.count()).toBeGreaterThanOrEqual(5);
  await machine.fillRogue('0x100000', 'Read');
  await machine.button('Send rogue DMA').click();
  await expect(form).toContainText('Nothing was checked');
});

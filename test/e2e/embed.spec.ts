// The page of examples: two machines in a page that is not theirs.

import { expect, test } from '@playwright/test';
import type { ViommuMachine } from '../../web/embed/viommu-machine.ts';
import { ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { violationsIn } from './pages/axe.ts';

test('two machines of different plans run in another page, which drives and hears them', async ({
  page,
}) => {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto('./examples/embed.html');
  const said = page.locator('#said');
  await expect(said).toHaveText('The machine is ready.', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Read a disk' }).click();
  const picture = page.frameLocator('#picture iframe');
  await expect(picture.getByRole('group', { name: 'Terminal' })).toContainText(
    /[0-9a-f]{32} {2}\/dev\/vda/,
    { timeout: 60_000 },
  );
  await expect(picture.getByRole('button', { name: 'Reset' })).toBeHidden();
  await picture.getByRole('button', { name: 'Let a device overreach' }).click();
  await expect(said).toHaveText('A write at 0x8000 was stopped.');

  await expect(page.locator('#count')).toHaveText(/^\d+ events .* the last is \w+\.$/);
  await page.getByRole('button', { name: 'Ask for the kernel' }).click();
  await expect(said).toHaveText(/^Linux 6\.\S+ \(exit code 0\)$/);

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect.soft(await violationsIn(page, { exclude: ['viommu-machine'] })).toEqual([]);
  }

  const whole = page.locator('#whole');
  await whole.scrollIntoViewIfNeeded();
  const attached = (): Promise<readonly number[]> =>
    whole.evaluate(async (machine: ViommuMachine) => {
      const state = await machine.state();
      return state?.endpoints.map(({ id }) => id) ?? [];
    });
  await expect.poll(async () => (await attached()).length, { timeout: 60_000 }).toBeGreaterThan(3);
  expect(await attached()).not.toContain(ROGUE_ENDPOINT);
  await expect(
    page.frameLocator('#whole iframe').getByRole('button', { name: 'Reset' }),
  ).toBeVisible();
  expect(complaints).toEqual([]);
});

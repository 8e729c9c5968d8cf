// The test kit's page half: what `GuestSession` does in Node, in a browser.

import { expect, test } from '@playwright/test';
import { GuestPage } from '../../src/guest/guest-page.ts';

const ROGUE_ENDPOINT = 4098;

test('runs commands and looks into the IOMMU of the guest in the page', async ({ page }) => {
  await page.goto('./');
  const guest = await GuestPage.attach(page);
  expect(await guest.run('echo "a  b"; exit 3')).toEqual({ exitCode: 3, output: 'a  b\n' });
  const state = await guest.iommu.state();
  const attached = state.endpoints.filter(({ mode }) => mode === 'attached');
  expect(attached.length).toBeGreaterThanOrEqual(5);

  const request = { endpoint: ROGUE_ENDPOINT, address: 0xdead_0000n, length: 4 };
  const result = await guest.rogueDma({ ...request, access: 'write' });
  expect(result).toMatchObject({ outcome: 'blocked', address: 0xdead_0000n });
  await guest.waitFor(/page fault from EP 4098 at 0xdead0000 \[W\]/);
  const { output } = await guest.run('dmesg | grep -c "fault from EP"');
  expect(output).toBe('1\n');

  await expect(guest.waitFor('never printed', { stallMs: 500 })).rejects.toThrow(/in vain/);
});

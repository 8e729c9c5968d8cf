// Files that are opened: a trace of another emulator in the machine's place, and what is none.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

const TRACE = join(import.meta.dirname, '../support/traces/qemu-7.2.txt');

test('a trace that is dropped is shown in place of the machine, which goes on later', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  const { status } = machine;
  await machine.open();
  await machine.waitForPrompt();

  await page.getByLabel('File to open').setInputFiles('package.json');
  const notice = page.getByRole('status', { name: 'File' });
  await expect(notice).toContainText('package.json: This is no trace that viommu can read.');
  await expect(status).toHaveText('Running');

  const dropped = await page.evaluateHandle(
    (text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'qemu.txt'));
      return transfer;
    },
    readFileSync(TRACE, 'utf8'),
  );
  await page.dispatchEvent('.app', 'drop', { dataTransfer: dropped });
  const banner = page.getByRole('status', { name: 'Trace' });
  await expect(banner).toContainText('Trace qemu.txt: nothing runs.');
  await expect(notice).toHaveText('');
  await expect(status).toHaveText('Trace');
  await expect(machine.endpoints.getByRole('row').nth(1)).toBeVisible();
  await expect(machine.events.getByRole('row').last()).toBeVisible();
  await expect(page.getByText('End of the trace')).toBeVisible();
  await page.keyboard.press(',');
  await expect(page.getByText('before the end')).toBeVisible();
  await expect(machine.button('Send rogue DMA')).toBeDisabled();

  await machine.button('Back to the machine').click();
  await expect(status).toHaveText('Running');
  await expect(machine.terminal).toContainText('disk-read');
  await machine.terminal.press('Enter');
  await page.keyboard.type('echo $((6 * 7))\n');
  await machine.waitForConsole(/\n42\r/);

  await test.step('until Linux switches it off', async () => {
    await page.keyboard.type('poweroff -f\n');
    await expect(status).toHaveText('Off');
    await expect(page.getByText('Linux makes one for each device')).toBeHidden();
  });
});

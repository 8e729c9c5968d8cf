// A machine of a person's own: kernel by drop, memory, command line; its link, and what a page does that lacks the kernel.

import { readFile } from 'node:fs/promises';
import { expect, test, type Locator } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

/** The project's kernel with a byte behind its end: it boots, and is another file. */
async function ownKernel(): Promise<Buffer> {
  const kernel = await readFile(new URL('../../guest-images/bzImage', import.meta.url));
  return Buffer.concat([kernel, Buffer.of(0x7f)]);
}

/** Drops a file that the page can fetch, as a person drops one from a folder. */
async function drop(target: Locator, url: string, name: string): Promise<void> {
  const files = await target.page().evaluateHandle(
    async (file) => {
      const bytes = await (await fetch(file.url)).arrayBuffer();
      const dropped = new DataTransfer();
      dropped.items.add(new File([bytes], file.name));
      return dropped;
    },
    { url, name },
  );
  await target.dispatchEvent('dragover', { dataTransfer: files });
  await target.dispatchEvent('drop', { dataTransfer: files });
}

test('boots an own kernel, gives a link to the machine, and asks for the kernel when it is opened', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  const kernel = await ownKernel();
  await page.route('**/dropped-kernel', (route) => route.fulfill({ body: kernel }));
  await machine.open();
  await machine.waitForPrompt();
  const dialog = page.getByRole('dialog', { name: 'Machine' });

  await machine.button('Machine…').focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await dialog.locator('details').evaluateAll((groups) => {
    for (const group of groups) group.setAttribute('open', '');
  });
  await drop(
    dialog.getByRole('group', { name: 'Kernel' }).getByText('project’s'),
    'dropped-kernel',
    'own.bin',
  );
  await expect(dialog).toContainText('own.bin');
  await dialog.getByRole('textbox', { name: 'Memory' }).fill('12');
  await expect(dialog).toContainText('The machine can have 72 to 1024 MiB');
  await expect(dialog.getByRole('button', { name: 'Start this machine' })).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'Memory' }).fill('96');
  await dialog.getByRole('textbox', { name: 'Kernel command line' }).fill('hello=own');
  await dialog.getByRole('button', { name: 'Start this machine' }).click();
  await expect(dialog).toBeHidden();
  await machine.waitForPrompt();
  expect(await machine.consoleText()).toMatch(/Kernel command line:.* hello=own/);
  await expect(machine.button('disk-read')).toBeEnabled();

  await expect(page).toHaveURL(/files=kernel%3Down\.bin/);
  await page.reload();
  await expect(machine.failure).toContainText('This PC needs files of yours');
  await expect(machine.failure).toContainText(/kernel “own\.bin”, SHA-256 [0-9a-f]{64}/);
  await machine.button('Choose the files…').click();
  await expect(dialog).toContainText('This PC needs your kernel “own.bin”, SHA-256');
  const chosen = { name: 'own.bin', mimeType: '', buffer: kernel };
  await dialog
    .getByLabel('Kernel', { exact: true })
    .and(page.locator('[type=file]'))
    .setInputFiles(chosen);
  await dialog.getByRole('button', { name: 'Start this machine' }).click();
  await machine.waitForStage(['kernel', 'iommu', 'userspace', 'ready']);
  expect(await page.evaluate(() => window.viommu?.failure())).toBeNull();
});

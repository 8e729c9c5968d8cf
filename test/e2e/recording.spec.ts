// A session in the page, saved as a file.

import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { compileForShortRuns } from '../../src/cli/guest-compiler.ts';
import { MachinePage } from './pages/machine-page.ts';
import { haveSession, replayOf } from '../tools/page-session.ts';

test('a session of the page comes again in Node, to the byte', async ({ page }) => {
  compileForShortRuns();
  await page.goto('./?view=inspect');
  const { recording, did } = await haveSession(page, { seed: 7, steps: 12 });
  expect(did).toContain('1 resets');
  expect(await replayOf(recording)).toMatchObject({ identical: true, firstDifference: null });
});

test('a session is saved as a file, and a link to it replays it elsewhere', async ({ page }) => {
  const machine = new MachinePage(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await machine.open();
  await machine.waitForPrompt();
  await machine.typeLine('echo kept$((6*7))');
  await machine.waitForConsole(/kept42/);
  const download = page.waitForEvent('download');
  await machine.button('Save recording').click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^viommu-\d{4}-\d\d-\d\d\.viommu$/);

  await test.step('which takes the place of a PC that was used only when that is wanted', async () => {
    const buffer = await readFile(await saved.path());
    const file = { name: 'saved.viommu', mimeType: '', buffer };
    await page.getByLabel('File to open').setInputFiles(file);
    const question = page.getByRole('dialog', { name: 'Replace this session?' });
    await expect(question).toContainText('saved.viommu is a recording.');
    await question.getByRole('button', { name: 'Keep this one' }).click();
    await expect(question).toBeHidden();
    await expect(machine.status).toHaveText('Running');
    await machine.typeLine('echo still$((6*7))');
    await machine.waitForConsole(/kept42[^]*still42/);
  });

  await machine.button('Share…').click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await dialog.getByLabel('With the recording of this PC in it').check();
  const link = dialog.getByRole('textbox', { name: 'Link' });
  await expect(link).toHaveValue(/#session=[\w-]+$/);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(address).toBe(await link.inputValue());
  for (const [button, name] of [
    ['Chrome JSON', /\.json$/],
    ['Picture, SVG', /\.svg$/],
    ['Picture, PNG', /\.png$/],
  ] as const) {
    const file = page.waitForEvent('download');
    await dialog.getByRole('button', { name: button }).click();
    expect((await file).suggestedFilename()).toMatch(name);
  }

  // Another page, as for somebody else
  await page.goto('about:blank');
  await page.goto(address);
  const notice = page.getByRole('status', { name: 'Recording' });
  await expect(notice).toContainText(/Identical: [\d,]+ events\./, { timeout: 60_000 });
  expect(new URL(page.url()).hash).toBe('');
  await expect(machine.status).toHaveText('Paused');
  expect(await machine.consoleText()).toContain('kept42');
  await machine.button('Resume').click();
  const printed = (await machine.consoleText()).length;
  await machine.typeLine('echo on$((6*7))');
  await machine.waitForConsole(/on42/, printed);
  await expect(machine.endpoint('virtio-blk')).toContainText(/Domain \d+/);
});

// A session in the page, saved as a file.

import { expect, test } from '@playwright/test';
import { compileForShortRuns } from '../../src/cli/guest-compiler.ts';
import { MachinePage } from './pages/machine-page.ts';
import { haveSession, replayOf } from '../tools/page-session.ts';

test('a session of the page comes again in Node, to the byte', async ({ page }) => {
  compileForShortRuns();
  await page.goto('./');
  const { recording, did } = await haveSession(page, { seed: 7, steps: 12 });
  expect(did).toContain('1 resets');
  expect(await replayOf(recording)).toMatchObject({ identical: true, firstDifference: null });
});

test('a recording is saved as a file, refused when it is none, and replayed', async ({ page }) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  await machine.typeLine('echo kept$((6*7))');
  await machine.waitForConsole(/kept42/);
  const download = page.waitForEvent('download');
  await machine.button('Save recording').click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^viommu-\d{4}-\d\d-\d\d\.viommu$/);

  const picker = page.getByLabel('Recording', { exact: true }).and(page.locator('input'));
  const notice = page.getByRole('status', { name: 'Recording' });
  await picker.setInputFiles('package.json');
  await expect(notice).toContainText('This file is no recording of viommu');
  await expect(machine.status).toHaveText('Running');

  await picker.setInputFiles(await file.path());
  await expect(notice).toContainText(/Identical: [\d,]+ events\./, { timeout: 60_000 });
  await expect(machine.status).toHaveText('Paused');
  expect(await machine.consoleText()).toContain('kept42');
  await machine.button('Resume').click();
  const printed = (await machine.consoleText()).length;
  await machine.typeLine('echo on$((6*7))');
  await machine.waitForConsole(/on42/, printed);
  await expect(machine.endpoint('virtio-blk')).toContainText(/Domain \d+/);
});

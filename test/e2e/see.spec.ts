// See: the picture of what devices can reach, its figure, and what a visitor can do to it.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';
import { SeePage } from './pages/see-page.ts';

/** Where the walls begin in a picture of 1280 by 800, as a share of its width: marks of stopped accesses are there. */
const WALL = 0.265;

test('shows how little devices reach, stops one at its wall, and says why', async ({ page }) => {
  const machine = new MachinePage(page);
  const see = new SeePage(page);
  await machine.open('./', 'see');
  await machine.waitForPrompt();
  await expect(see.figure).toHaveText(
    /^Devices can reach \d+ KiB of 128 MiB \(0\.\d %\)\. Without the IOMMU: all of it\.$/,
  );
  await expect(see.picture).toHaveAccessibleName(
    /^6 devices behind 6 domains\. Devices can reach /,
  );
  await expect(see.device('virtio-blk')).toContainText('domain 1');
  await expect(see.device('virtio-blk')).toContainText('12 KiB');
  await expect(see.findInPicture(/tried to write/, WALL)).rejects.toThrow();

  await test.step('a stopped access', async () => {
    await machine.button('Let a device overreach').click();
    await expect(see.story).toContainText('rogue tried to write 16 bytes of data at 0x8000');
    await expect(see.story).toContainText('The rule: virtio 1.2, 5.13.6.9.');
    await expect(page.getByText('Blocked.')).toBeVisible();
    const place = await see.findInPicture(/rogue tried to write 16 bytes of data/, WALL);
    await see.picture.click({ position: place });
    await expect(see.hint).toContainText('domain 2');
  });

  await test.step('two clicks from there: to the request before it, byte by byte', async () => {
    await see.story.getByRole('button', { name: /^ATTACH #\d+$/ }).click();
    await expect(see.inspector).toContainText('The driver put rogue into domain 2.');
    await expect(see.inspector).toContainText('viommu_attach_dev');
    const run = see.inspector.getByRole('button', {
      name: /^endpoint, bytes 8 to 11: 02 10 00 00$/,
    });
    await run.focus();
    const row = see.inspector.getByRole('row', { name: 'endpoint rogue 5.13.6.3.2' });
    await expect(row).toHaveAttribute('data-lit', 'true');
    const rule = see.inspector.getByRole('button', {
      name: /A28 ATTACH of an endpoint that does not/,
    });
    await expect(rule).toHaveAttribute('data-lit', 'true');
  });

  await test.step('memory', async () => {
    const words = /^Memory 0x[0-9a-f]{8}–[0-9a-f]+: virtio-console can reach it$/;
    const place = await see.findInPicture(words, 0.75);
    await see.picture.click({ position: place });
    await expect(see.inspector).toContainText('virtio-console reaches this page.');
  });

  await test.step('from the picture to the right pane', async () => {
    await see.device('virtio-net').getByRole('button').press('Enter');
    await machine.button('Open virtio-net in Inspect').click();
    await expect(machine.endpoint('virtio-net')).toHaveAttribute('data-selected', 'true');
    await expect(page.getByRole('heading', { name: 'Endpoints' })).toBeFocused();
    await expect(page).toHaveURL(/view=inspect/);
  });
});

test('keeps the console while views change, the view over a reload, and leads to a past moment', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  const see = new SeePage(page);
  await page.goto('./?view=nonsense');
  await machine.waitForPrompt();
  await expect(see.picture).toBeVisible();
  await machine.typeLine('echo here-to-stay');
  await machine.waitForConsole(/\nhere-to-stay/);
  await see.view('Inspect').click();
  await expect(machine.endpoints).toBeVisible();
  await expect(machine.terminal).toContainText('here-to-stay');
  await see.view('See').press('Enter');
  await expect(see.picture).toBeVisible();
  await expect(machine.terminal).toContainText('here-to-stay');
  await page.goBack();
  await expect(machine.endpoints).toBeVisible();
  await page.reload();
  await expect(machine.endpoints).toBeVisible();
  await see.view('See').click();
  await page.goto('./');
  await expect(see.picture).toBeVisible();

  // An address with a moment shows its picture
  await machine.open('./?at=5', 'see');
  await machine.waitForPrompt();
  await expect(see.figure).toContainText('All of it: 5 of 6 devices pass unchecked.');
  await expect(see.device('ide')).toContainText('0xfffff000, 4 KiB');
  await expect(see.device('virtio-blk')).toContainText('in no domain: bypass');
  await machine.button('Back to live').click();
  await expect(see.figure).toContainText('Without the IOMMU: all of it.');
});

test('clears what is typed before it runs a command, and fits 1280x800 and a phone, busy and after a fault', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  const see = new SeePage(page);
  await machine.open('./', 'see');
  await machine.waitForPrompt();
  await machine.terminal.click();
  await page.keyboard.type('echo not-this ');
  await machine.waitForConsole(/echo not-this $/);
  const printed = (await machine.consoleText()).length;
  await machine.button('Read a disk').click();
  await machine.waitForConsole(/[0-9a-f]{32} {2}\/dev\/vda[^]*\/dev\/sda[^]*:~# /, printed);
  expect((await machine.consoleText()).slice(printed)).not.toContain('not-this');

  await machine.button('Ping').click();
  await machine.waitForConsole(/ 0% packet loss/);
  await expect(see.figure).toContainText(/Devices can reach \d\.\d MiB of 128 MiB/);
  await machine.button('Let a device overreach').click();
  await expect(see.story).toContainText('The rule:');
  await page.mouse.move(0, 0);
  await page.evaluate(() => window.viommu?.waitForIdle());
  expect(await machine.canScroll()).toEqual({ down: false, sideways: false });
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => machine.canScroll()).toEqual({ down: true, sideways: false });
  const order = [see.figure, see.picture, machine.button('Ping'), see.story, machine.terminal];
  const tops = await Promise.all(order.map(async (each) => (await each.boundingBox())?.y ?? 0));
  expect(tops).toEqual(tops.toSorted((one, other) => one - other));
});

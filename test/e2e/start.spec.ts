// The start from the snapshot that the build makes: Linux is there at once, as if one had watched it boot.

import { expect, test, type Page } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

/** What only a boot from power-on needs. */
const BOOT_FILES = /\/assets\/(bzImage|rootfs\.cpio|seabios|vgabios)/;
const SNAPSHOT = /\/assets\/guest-[^/]*\.snapshot/;
/** All of a first visit, as it is transferred. */
const FIRST_VISIT_BYTES = 5.5e6;

/** The addresses that the page and its worker ask for from now on. */
function requestsOf(page: Page): readonly string[] {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  return asked;
}

test('is ready without a kernel, shows the boot, and boots from power-on when asked', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  const asked = requestsOf(page);
  const bytes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    bytes.push(request.sizes().then((sizes) => sizes.responseBodySize));
  });
  await machine.open();
  await machine.waitForPrompt();
  expect(asked.some((url) => SNAPSHOT.test(url))).toBe(true);
  expect(asked.filter((url) => BOOT_FILES.test(url))).toEqual([]);
  await expect(machine.boot).toBeHidden();
  await expect(machine.terminal).toContainText('Three things to try');
  expect(await machine.consoleText()).toMatch(/Linux version [^]*virtio_iommu virtio\d+: /);
  await expect(page.getByRole('button', { name: /^Attach [1-9]/ })).toBeVisible();
  await expect.poll(() => machine.mappings.getByRole('row').count()).toBeGreaterThan(3);

  await test.step('a first visit', async () => {
    const sum = (await Promise.all(bytes)).reduce((one, other) => one + other, 0);
    console.log(`  transferred: ${(sum / 1e6).toFixed(2)} MB`);
    expect(sum).toBeGreaterThan(1e6);
    expect(sum).toBeLessThan(FIRST_VISIT_BYTES);
  });

  await test.step('disk-read', async () => {
    await machine.button('disk-read').click();
    await machine.waitForConsole(/[0-9a-f]{32} {2}\/dev\/vda {2}8388608/);
  });

  await test.step('a pause keeps what is typed', async () => {
    await machine.button('Pause').click();
    await expect(machine.status).toHaveText('Paused');
    await machine.typeLine('echo kept$((6*7))');
    await expect(page.getByText('characters wait to be sent')).toBeVisible();
    await machine.button('Resume').click();
    await machine.waitForConsole(/kept42/);
  });

  await test.step('power-on', async () => {
    const shown = await machine.shownAfterReset();
    expect(shown[0]).toBe('Starting');
    expect(shown.slice(1)).not.toContain('Starting');
    expect(shown).toContain('Booting');
    expect(shown.indexOf('Running')).toBe(shown.length - 1);
    await machine.waitForPrompt();
    expect(asked.some((url) => url.includes('bzImage'))).toBe(true);
    expect(await machine.consoleText()).not.toContain('/dev/vda  8388608');
    expect(await machine.consoleText()).not.toContain('kept42');
  });
});

test('can be looked at before it is there, and goes on as it is shown', async ({ page }) => {
  const machine = new MachinePage(page);
  let letGo = (): void => undefined;
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/\/disk\.img/, async (route) => {
    await isFree;
    await route.continue();
  });
  await machine.open();
  await expect(machine.status).toHaveText('Restoring…');
  await expect(machine.terminal).toContainText('lists every demo');
  await expect(machine.endpoint('virtio-blk')).toContainText(/Domain \d+/);
  const rows = machine.mappings.getByRole('row');
  await expect.poll(() => rows.count()).toBeGreaterThan(3);
  await expect(machine.button('disk-read')).toBeDisabled();
  await machine.terminal.click();
  await page.keyboard.type('echo typed$((6*7))\n');

  const fewest = machine.mappings.evaluate(
    (table) =>
      new Promise<number>((resolve) => {
        let least = Number.POSITIVE_INFINITY;
        const status = document.querySelector('[aria-label="Machine status"]');
        const look = (): void => {
          least = Math.min(least, table.querySelectorAll('[aria-rowindex]').length);
          if (status?.textContent === 'Running') resolve(table.isConnected ? least : -1);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  const shown = (await rows.count()) - 1;
  letGo();
  await machine.waitForPrompt();
  expect(await fewest).toBeGreaterThan(shown - 3);
  await machine.waitForConsole(/typed42/);
});

test('boots from power-on when the snapshot is missing or damaged', async ({ page }) => {
  const machine = new MachinePage(page);
  const notes: string[] = [];
  page.on('console', (message) => notes.push(message.text()));
  await page.route(SNAPSHOT, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await machine.open();
  await machine.waitForPrompt();
  await expect(machine.failure).toBeHidden();
  expect(notes.join()).toMatch(/boots from power-on.*guest-.*is not on the server/);

  await page.unrouteAll();
  await page.route(SNAPSHOT, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  notes.length = 0;
  await page.reload();
  // What is lacking has been seen to boot to its prompt
  await machine.waitForStage(['kernel', 'iommu', 'userspace', 'ready']);
  await expect(machine.failure).toBeHidden();
  expect(notes.join()).toMatch(/boots from power-on.*damaged/);
});

test('a power cycle tells how much of its images has come, which is missing, and a second try boots', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  let letGo = (): void => undefined;
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/\/bzImage/, async (route) => {
    await isFree;
    await route.fulfill({ status: 404, body: 'Not found' });
  });
  await machine.open();
  await machine.waitForPrompt();
  await machine.button('Reset').click();
  await expect(machine.boot).toContainText(/\d (KiB|MiB) of \d/);
  letGo();
  await expect(machine.failure).toContainText('could not be downloaded');
  await expect(machine.failure).toContainText('bzImage');

  await page.unrouteAll();
  await machine.button('Try again').click();
  // As other power cycles do, it comes to the prompt from there
  await machine.waitForStage(['kernel', 'iommu', 'userspace', 'ready']);
  await expect(machine.failure).toBeHidden();
});

test('a reboot by Linux itself tells which image is missing, and a second try boots', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await page.route(/\/bzImage/, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await machine.open();
  await machine.waitForPrompt();
  await machine.typeLine('reboot -f');
  await expect(machine.failure).toContainText('could not be downloaded');
  await expect(machine.failure).toContainText('bzImage');

  await page.unrouteAll();
  await machine.button('Try again').click();
  // Another life, whose console begins anew
  await expect.poll(() => machine.consoleText()).toMatch(/^(?![^]*reboot -f)[^]*Linux version/);
  await expect(machine.failure).toBeHidden();
});

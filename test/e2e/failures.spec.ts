// What a person reads when something outside goes wrong.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

/** An address that chooses anything has the PC boot from power-on, which needs all images. */
const FROM_POWER_ON = './?iommu=translated';

test('a missing image is named, a damaged one is not used, and another try boots', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await page.route(/\/bzImage/, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await machine.open(FROM_POWER_ON);
  await expect(machine.failure).toContainText('could not be downloaded');
  await expect(machine.failure).toContainText('bzImage');
  await expect(machine.status).toHaveText('Stopped');
  await expect(machine.button('disk-read')).toBeDisabled();

  await page.unrouteAll();
  await page.route(/\/rootfs\.cpio/, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  await machine.button('Try again').click();
  await expect(machine.failure).toContainText('arrived damaged');
  await expect(machine.failure).toContainText('rootfs.cpio.gz');

  await page.unrouteAll();
  await machine.button('Try again').click();
  await machine.waitForStage(['kernel', 'iommu', 'userspace', 'ready']);
  await expect(machine.failure).toBeHidden();
});

test('a wrong address is told, a restart boots the usual machine, and a panic of it is shown', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await machine.open('./?plan={"memory":96}');
  await expect(machine.failure).toContainText('Did you mean memoryMiB?');
  await machine.open('./?iommu=banana');
  await expect(machine.failure).toContainText('translated, bypass or off, not "banana"');
  await machine.button('Start the usual PC').click();
  await machine.waitForPrompt();
  await expect(machine.failure).toBeHidden();

  // With the last lines of the console
  await machine.typeLine('echo c > /proc/sysrq-trigger');
  await expect(machine.failure).toContainText('Linux has panicked', { timeout: 60_000 });
  await expect(machine.failure).toContainText('panic');
  await expect(machine.status).toHaveText('Stopped');
  await expect(machine.button('Restart the PC')).toBeEnabled();
});

test('a worker that cannot be loaded is reported, with a way to go on', async ({ page }) => {
  const machine = new MachinePage(page);
  await page.route(/machine-worker/, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await machine.open();
  await expect(machine.failure).toContainText('The machine’s worker could not be loaded');
  await expect(machine.button('Try again')).toBeVisible();
});

test('a browser without WebAssembly is told so', async ({ page }) => {
  const machine = new MachinePage(page);
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await machine.open();
  await expect(machine.failure).toContainText('WebAssembly');
});

test('a PC that Linux has halted is said to be so, and can be restarted', async ({ page }) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  await machine.typeLine('halt -f');
  await expect(machine.status).toHaveText('Halted');
  await expect(machine.failure).toContainText('its processor has stopped for good');
  await expect(machine.button('disk-read')).toBeDisabled();
  await machine.button('Restart the PC').click();
  // Another life, whose console begins anew
  await expect.poll(() => machine.consoleText()).toMatch(/^(?![^]*halt -f)[^]*Linux version/);
  await expect(machine.failure).toBeHidden();
});

test('an error of Linux’s own is shown with its cause, and Linux goes on', async ({ page }) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  await machine.typeLine('echo virtio0 > /sys/bus/virtio/drivers/virtio_iommu/unbind');
  await expect(machine.failure).toContainText('Linux has hit an error');
  await expect(machine.failure).toContainText('while the driver of the IOMMU was removed');
  await expect(machine.status).toHaveText('Running');
});

test('without JavaScript the page says what it needs', async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  const page = await context.newPage();
  await page.goto('./');
  await expect(page.getByRole('heading', { name: 'viommu needs JavaScript' })).toBeVisible();
  await context.close();
});

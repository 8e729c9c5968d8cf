// How the page looks and can be used: themes, sizes, keyboard.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

test('fits 1280x800 without scrolling the page, can be used with the keyboard alone, and remembers a theme', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await machine.open();
  expect(await machine.canScroll()).toEqual({ down: false, sideways: false });
  await machine.waitForPrompt();
  expect(await machine.canScroll()).toEqual({ down: false, sideways: false });
  for (const name of ['Console', 'Rogue DMA', 'Faults', 'Endpoints', 'Mappings', 'Events']) {
    await expect(page.getByRole('heading', { name, exact: true })).toBeInViewport();
  }

  await test.step('in use', async () => {
    await machine.button('net-ping').click();
    await machine.waitForConsole(/ 0% packet loss/);
    await machine.button('Send rogue DMA').click();
    await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
    const printed = (await machine.consoleText()).length;
    await machine.button('Ask Linux').click();
    await machine.waitForConsole(/iommu-faults\r\n.* fault from EP 4098 .*\r\n.*# /, printed);
  });

  await test.step('keyboard', async () => {
    const input = page.getByRole('textbox', { name: 'Serial console of the PC' });
    await input.focus();
    await page.keyboard.press('Tab');
    await expect(input).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await expect(machine.terminal).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(machine.button('disk-read')).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(input).toBeFocused();
    // A line that is not finished is in nobody's way below.
    await page.keyboard.type('echo abc ');

    await machine.endpoints.getByRole('button', { name: 'virtio-console' }).press('Enter');
    await expect(machine.endpoint('virtio-console')).toHaveAttribute('data-selected', 'true');
    await expect(machine.domain.locator('option:checked')).toContainText('virtio-console');

    await page.getByRole('textbox', { name: 'Address' }).fill('nonsense');
    await expect(page.getByText('Use hexadecimal digits only')).toBeVisible();
    await expect(machine.button('Send rogue DMA')).toBeDisabled();
    await page.getByRole('textbox', { name: 'Address' }).fill('0xdeadb000');
    await page.getByRole('textbox', { name: 'Address' }).press('Enter');
    await expect(machine.faults.getByRole('listitem')).toHaveCount(2);
  });

  await test.step('feed', async () => {
    await machine.events.hover();
    await page.mouse.wheel(0, -400);
    const follow = page.getByRole('button', { name: /^Follow/ });
    await expect(follow).toBeVisible();
    const printed = (await machine.consoleText()).length;
    await machine.button('net-ping').click();
    await machine.waitForConsole(/ 0% packet loss/, printed);
    await expect(follow).toContainText(/\d+ new/);
    await follow.click();
    await expect(follow).toBeHidden();

    const chip = page.getByRole('button', { name: /^Map / });
    await chip.click();
    await expect(chip).toHaveAttribute('aria-pressed', 'true');
    await expect(machine.events.getByText('UNMAP')).toHaveCount(0);
  });

  await test.step('theme', async () => {
    // The system's until one is chosen
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect(machine.button('Switch to the light theme')).toBeVisible();
    await page.emulateMedia({ colorScheme: 'light' });
    await expect(machine.button('Switch to the dark theme')).toBeVisible();
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await machine.button('Switch to the dark theme').click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
    await machine.button('Switch to the light theme').click();
    expect(await ground()).toBe(light);
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('stands in one column, with the terminal on the first screen', async ({ page }) => {
    const machine = new MachinePage(page);
    await machine.open();
    await expect(machine.terminal).toBeInViewport({ ratio: 0.8 });
    expect(await machine.canScroll()).toEqual({ down: true, sideways: false });
    const rows = await page
      .locator('.controls > .button')
      .evaluateAll(
        (buttons) => new Set(buttons.map((each) => each.getBoundingClientRect().top)).size,
      );
    expect(rows).toBe(2);
    await machine.waitForPrompt();
    expect(await machine.canScroll()).toEqual({ down: true, sideways: false });
    const boxes = await Promise.all(
      ['Console', 'Endpoints', 'Mappings', 'Events'].map((name) =>
        page.getByRole('region', { name, exact: true }).boundingBox(),
      ),
    );
    for (const box of boxes) expect(box?.width).toBeGreaterThan(350);
    await page.getByRole('link', { name: 'Mappings' }).click();
    await expect(machine.mappings).toBeInViewport();

    await test.step('a touch of the time bar leads to the past, and nothing is cut', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      const bar = page.getByRole('region', { name: 'Time', exact: true });
      const slider = page.getByRole('slider', { name: 'Time' });
      await slider.tap();
      await expect(bar).toContainText('Looking at event #');
      expect(await machine.canScroll()).toEqual({ down: true, sideways: false });
      for (const button of await bar.getByRole('button').all()) {
        await expect(button).toBeInViewport({ ratio: 1 });
      }
      // A pane that was out of sight is right when it is scrolled to
      const faults = page.getByRole('region', { name: 'Faults', exact: true });
      await expect(faults).not.toBeInViewport();
      await faults.scrollIntoViewIfNeeded();
      await expect(faults).toContainText('None yet at this moment.');
      await machine.button('Back to live').tap();
      await expect(bar).toContainText(/^Live/);
      await expect(faults).toContainText('None, as it should be.');
    });
  });
});

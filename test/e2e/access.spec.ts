// Who sees little, has a small screen, or no steady hand: nothing is cut, out of reach, or told by a background alone.

import { expect, test, type Page } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

/** What of the page reaches out to the right, or is cut there. */
async function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { clientWidth } = document.documentElement;
    const isCut = (element: Element): boolean => {
      const { right, width } = element.getBoundingClientRect();
      if (
        // Words for screen readers are a pixel wide
        width <= 1 ||
        element.closest('.xterm, .visually-hidden, .long, .feed, .section-nav') !== null
      )
        return false;
      const { overflowX } = getComputedStyle(element);
      const hides = overflowX !== 'visible' && element.scrollWidth > element.clientWidth;
      return right > clientWidth + 0.5 || hides;
    };
    return [...document.querySelectorAll('body *')]
      .filter(isCut)
      .map((element) => `${element.tagName}.${element.className}: ${element.textContent}`);
  });
}

/** What can be pressed and is smaller than 24 by 24 pixels, but for links inside a sentence (WCAG 2.2, 2.5.8). */
async function smallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button:not(p *), a, select, input[type=text], summary')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ element, box }) => `${element.textContent}: ${box.width} x ${box.height}`),
  );
}

test('fits 320 pixels, has room for fingers, and keeps its signs in forced colours', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const machine = new MachinePage(page);
  await machine.open('./', 'see');
  await machine.waitForPrompt();
  await machine.button('Let a device overreach').click();
  await expect(page.getByRole('group', { name: 'Story' }).getByRole('article')).toHaveCount(1);
  for (const view of ['See', 'Inspect']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    expect(await machine.canScroll(), view).toEqual({ down: true, sideways: false });
    expect(await cutOff(page), view).toEqual([]);
    expect(await smallTargets(page), view).toEqual([]);
  }

  await test.step('the console as text', async () => {
    const lines = page.locator('.xterm-accessibility');
    await expect(lines).toHaveCount(0);
    await machine.button('Screen reader').click();
    await expect(lines).toContainText('disk-read');
    await machine.button('Screen reader').click();
    await expect(lines).toHaveCount(0);
  });

  await page.emulateMedia({ forcedColors: 'active' });
  const ground = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  const paper = await ground('.pane');
  expect(await ground('.status-dot')).not.toBe(paper);
  expect(await ground('.segments label:has(:checked)')).not.toBe(paper);
  for (const fill of ['read', 'write', 'both']) {
    const swatch = page.locator(`.map-legend [data-rights=${fill}]`);
    const color = await swatch.evaluate((element) => getComputedStyle(element, '::before').color);
    expect(color).not.toBe(paper);
  }
});

// What axe finds of WCAG 2.2 AA and good practice in every view: nothing.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test('has no violations in any view, theme and width', async ({ page }) => {
  const machine = new MachinePage(page);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await machine.open('./', 'see');
  await machine.waitForPrompt();
  await machine.button('Let a device overreach').click();
  const story = page.getByRole('group', { name: 'Story' });
  await expect(story.getByRole('article')).toHaveCount(1);
  await expect(story).toContainText('A86');
  // Nothing moves while it is looked at.
  await machine.button('Pause').click();
  await expect(machine.status).toHaveText('Paused');
  for (const view of ['See', 'Inspect']) {
    // In See the story is looked at, in Inspect what it leads to
    if (view === 'Inspect') await story.getByRole('button', { name: /^ATTACH/ }).click();
    await page.getByRole('link', { name: view, exact: true }).click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 1280, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate(() => window.viommu?.waitForIdle());
        const { violations } = await new AxeBuilder({ page })
          .options({ resultTypes: ['violations'] })
          .withTags(RULES)
          // Without frames there is nothing to put together in a page of its own.
          .setLegacyMode()
          .analyze();
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
        );
        expect.soft(found, `${view}, ${colorScheme}, ${width}`).toEqual([]);
      }
    }
  }
});

// The list of events: a click moves no row, and under load its last rows are there in every frame, and it goes on following.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

/** Frames that are looked at; of the old list one in some hundred was blank. */
const FRAMES = 400;
const ROW_PX = 20;

test('keeps the row that is clicked, and shows its newest rows in every frame while events come fast', async ({
  page,
}) => {
  const machine = new MachinePage(page);
  await machine.open();
  await machine.waitForPrompt();
  const follow = page.getByRole('button', { name: /^Follow/ });
  await expect(follow).toBeHidden();

  await test.step('the row that is clicked stays where it is, the last one, too', async () => {
    await machine.button('Pause').click();
    await expect(machine.status).toHaveText('Paused');
    await page.evaluate(() => window.viommu?.waitForIdle());
    // Marks are no events
    const row = machine.events.locator('.feed-line:not(.feed-mark)').last();
    const before = await row.boundingBox();
    await row.click();
    await expect(page.locator('.feed-picked')).toBeVisible();
    const chosen = machine.events.getByRole('row', { selected: true });
    expect(await chosen.boundingBox()).toEqual(before);
    await follow.click();
    await machine.button('Resume').click();
  });

  await page.evaluate(() => window.viommu?.type('while :; do disk-read; done\r'));
  const blank = await page.evaluate(
    async ({ frames, rowPx }) => {
      const list = document.querySelector('.feed .scroll');
      if (list === null) throw new Error('there is a list of events');
      let count = 0;
      for (let frame = 0; frame < frames; frame += 1) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        // What is on the screen is what the frame before has left.
        const bottom = list.getBoundingClientRect().bottom;
        const last = [...list.querySelectorAll('.feed-line')].at(-1)?.getBoundingClientRect();
        if (last === undefined || last.top > bottom || last.bottom < bottom - rowPx) count += 1;
      }
      return count;
    },
    { frames: FRAMES, rowPx: 3 * ROW_PX },
  );
  expect(blank).toBe(0);
  await expect(follow).toBeHidden();
  const newest = await machine.events.getByRole('row').last().textContent();
  await expect.poll(() => machine.events.getByRole('row').last().textContent()).not.toBe(newest);
});

// The story of what an IOMMU does, as a first-time visitor at the keyboard goes through it.

import { expect, test } from '@playwright/test';
import { violationsIn } from './pages/axe.ts';
import { MachinePage } from './pages/machine-page.ts';
import { SeePage } from './pages/see-page.ts';

/** More places than the page has before the story. */
const MOST_TABS = 40;

test('is told at once, goes on by what happens, and needs no pointer', async ({ page }) => {
  const machine = new MachinePage(page);
  const see = new SeePage(page);
  const story = page.locator('#guided');
  const title = (name: string) => story.getByRole('heading', { name, exact: true });
  const said = story.locator('[aria-live]');
  const goOn = async (label: string): Promise<void> => {
    await expect(machine.button(label)).toBeFocused();
    await expect(machine.button(label)).toHaveAttribute('aria-disabled', 'false');
    await page.keyboard.press('Enter');
  };

  await page.goto('./');
  await expect(title('What you see')).toBeVisible();
  await machine.waitForPrompt();
  await expect(story).toContainText(/Now devices can reach \d+ KiB of 128 MiB\./);

  await test.step('the disk reads', async () => {
    const first = machine.button('Watch a disk being read');
    for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
      if (await first.evaluate((button) => button === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await goOn('Watch a disk being read');
    await expect(said).toContainText('The disk has stored 8 MiB in memory');
  });

  await test.step('an access is stopped, and why', async () => {
    await goOn('Let it overreach');
    await expect(said).toHaveText(/^Stopped at the wall: .* Step 3 of 7: Why it was stopped\.$/);
    await expect(story).toContainText(/rogue tried to write 16 bytes of data at 0x8000, where/);
    await expect(story).toContainText(/#\d+ came from the task kworker.* by _*iommu_/);
    await expect(page).toHaveURL(/[?&]story=3/);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsIn(page, { part: '#guided' }), colorScheme).toEqual([]);
    }
  });

  await test.step('without the IOMMU it changes memory', async () => {
    await goOn('Restart without the IOMMU');
    await expect(story).toContainText('the story goes on by itself');
    await machine.waitForPrompt();
    await expect(see.figure).toHaveText(
      'Devices can reach 128 MiB of 128 MiB. All of it: there is no IOMMU to stop them.',
    );
    await expect(see.device('virtio-blk')).toContainText('reaches all 128 MiB');
    await goOn('Let it overreach again');
    await expect(said).toContainText('Nothing stopped it: the page has changed.');
    await expect(story.getByRole('definition')).toHaveText([/^0{8} /, /^5a5a5a5a /]);
  });

  await test.step('nor does an IOMMU protect before its driver is up, unless it is told to', async () => {
    await goOn('Restart with the IOMMU');
    await expect(said).toContainText('There is an IOMMU, and the page has changed all the same.');
    await goOn('Restart with boot bypass off');
    await expect(said).toContainText('Stopped: rogue is in no domain yet');
  });

  await test.step('the PC is as it was', async () => {
    await goOn('Back to your PC');
    await expect(said).toContainText('The PC that you had is there again');
    await goOn('Look around in Inspect');
    await expect(page.getByRole('heading', { name: 'Endpoints' })).toBeFocused();
  });
});

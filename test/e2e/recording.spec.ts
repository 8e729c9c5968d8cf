// A session in the page, saved as a file.

import { expect, test } from '@playwright/test';
import { haveSession, replayOf } from '../tools/page-session.ts';

test('a session of the page comes again in Node, to the byte', async ({ page }) => {
  await page.goto('./');
  const { recording, did } = await haveSession(page, { seed: 7, steps: 12 });
  expect(did).toContain('1 resets');
  expect(await replayOf(recording)).toMatchObject({ identical: true, firstDifference: null });
});

// See as a test sees it.

import type { Locator, Page } from '@playwright/test';

/** Less than any part of the picture is high. */
const STEP_PX = 6;

export class SeePage {
  readonly page: Page;
  readonly picture: Locator;
  readonly figure: Locator;
  readonly story: Locator;
  readonly inspector: Locator;
  readonly table: Locator;
  /** What is pointed at, in words. */
  readonly hint: Locator;

  constructor(page: Page) {
    this.page = page;
    this.picture = page.getByRole('region', { name: 'Devices and memory' }).getByRole('img');
    this.figure = page.getByRole('region', { name: 'What devices can reach' });
    this.story = page.getByRole('group', { name: 'Story' });
    this.inspector = page.getByRole('region', { name: 'Inspector' });
    this.hint = page.getByRole('note', { name: 'What you point at' });
    this.table = page.getByRole('table', { name: 'Devices and what they reach' });
  }

  device(name: string): Locator {
    return this.table.getByRole('row', { name });
  }

  view(name: 'See' | 'Inspect'): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  /** Points at the picture line by line, at a share of its width, until its words match; returns where that is. */
  async findInPicture(words: RegExp, share: number): Promise<{ x: number; y: number }> {
    await this.picture.scrollIntoViewIfNeeded();
    const box = await this.picture.boundingBox();
    if (box === null) throw new Error('there is no picture');
    const x = Math.round(box.width * share);
    for (let y = 0; y < box.height; y += STEP_PX) {
      await this.page.mouse.move(box.x + x, box.y + y);
      if (words.test(await this.#hintOfNextFrame())) return { x, y };
    }
    throw new Error(`nothing in the picture is ${words}`);
  }

  #hintOfNextFrame(): Promise<string> {
    return this.hint.evaluate(
      (hint) =>
        new Promise<string>((resolve) => {
          requestAnimationFrame(() => setTimeout(() => resolve(hint.textContent ?? '')));
        }),
    );
  }
}

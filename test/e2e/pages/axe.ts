// What axe finds in a page. Its half megabyte is put into the page once, not at every look.

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

type Found = Pick<Awaited<ReturnType<AxeBuilder['analyze']>>, 'violations'>;

declare global {
  interface Window {
    /** Once it is there. */
    axe?: { run(where: AxeContext, options: object): Promise<Found> };
  }
}

interface AxeContext {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface AxeLook {
  /** Selector of the part that is looked at; the whole page if none is given. */
  readonly part?: string;
  /** Selectors of what is left out. */
  readonly exclude?: readonly string[];
  /** Only rules of these kinds; axe's own choice if none is given. */
  readonly tags?: readonly string[];
}

/** Each rule that is broken, by what, and why. */
export async function violationsIn(
  page: Page,
  { part = 'html', exclude = [], tags }: AxeLook = {},
): Promise<readonly string[]> {
  const { violations } =
    (await runAgain(page, part, exclude, tags)) ?? (await runFirst(page, part, exclude, tags));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

async function runFirst(
  page: Page,
  part: string,
  exclude: readonly string[],
  tags: readonly string[] | undefined,
): Promise<Found> {
  const builder = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).include(part);
  for (const each of exclude) builder.exclude(each);
  if (tags !== undefined) builder.withTags([...tags]);
  // Without frames there is nothing to put together in a page of its own.
  return builder.setLegacyMode().analyze();
}

/** Undefined where axe is not in the page yet. */
async function runAgain(
  page: Page,
  part: string,
  exclude: readonly string[],
  tags: readonly string[] | undefined,
): Promise<Found | undefined> {
  const rules = tags === undefined ? {} : { runOnly: { type: 'tag', values: tags } };
  return page.evaluate(({ where, options }) => window.axe?.run(where, options), {
    where: { include: [part], exclude },
    options: { resultTypes: ['violations'], ...rules },
  });
}

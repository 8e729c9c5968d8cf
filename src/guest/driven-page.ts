// What is used of a Playwright `Page`, and the way a program's questions take into it.

import { InputError } from '../machine/images/guest-images.ts';
import type { PageAnswers, PageQuestions } from '../worker/api/page-questions.ts';

export interface DrivenPage {
  evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  waitForFunction<A>(
    run: (argument: A) => boolean,
    argument: A,
    options: { readonly timeout: number },
  ): Promise<unknown>;
}

/** Asks the guest in the page. Rejects with what it refuses with: `InputError`, or another `Error`. */
export async function ask<Q extends keyof PageQuestions>(
  page: DrivenPage,
  question: Q,
  ...asked: PageQuestions[Q]
): Promise<PageAnswers[Q]> {
  const reply = await page.evaluate(
    async (wanted) => globalThis.viommu?.ask(wanted.question, wanted.asked),
    { question, asked },
  );
  if (reply === undefined) throw new Error('the page has no machine');
  if (!reply.isRefused) return reply.answer;
  throw reply.name === 'InputError' ? new InputError(reply.message) : new Error(reply.message);
}

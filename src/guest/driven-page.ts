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
  return answerOf(reply);
}

/**
 * Asks for the file of the guest in the page. It comes as text: Playwright takes seconds for an array of so many numbers.
 * Rejects as `ask` does.
 */
export async function askForFile(page: DrivenPage): Promise<Uint8Array<ArrayBuffer>> {
  const reply = await page.evaluate(async (question) => {
    const answered = await globalThis.viommu?.ask(question, []);
    if (answered === undefined || answered.isRefused) return answered;
    const reader = new FileReader();
    const url = await new Promise<string>((resolve, reject) => {
      reader.addEventListener('load', () => {
        resolve(typeof reader.result === 'string' ? reader.result : '');
      });
      reader.addEventListener('error', () => {
        reject(new Error('The file of the guest cannot be read.'));
      });
      reader.readAsDataURL(new Blob([answered.answer]));
    });
    return { isRefused: false as const, answer: url };
  }, 'saveFile' as const);
  const url = answerOf(reply);
  return Uint8Array.from(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

/** What is asked of a file. */
type FileQuestion =
  | { readonly question: 'restoreFile'; readonly bytes: Uint8Array }
  | { readonly question: 'giveFile'; readonly bytes: Uint8Array; readonly name: string };

/** Puts the guest in the page where such a file was saved, or gives it the file. It goes as text, too. Rejects as `ask` does. */
export async function askWithFile(page: DrivenPage, asked: FileQuestion): Promise<void> {
  const { buffer, byteOffset, byteLength } = asked.bytes;
  const reply = await page.evaluate(
    async ({ name, text }) => {
      const characters = atob(text);
      const bytes = new Uint8Array(characters.length);
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
      return name === null
        ? globalThis.viommu?.ask('restoreFile', [bytes])
        : globalThis.viommu?.ask('giveFile', [name, bytes]);
    },
    {
      name: asked.question === 'giveFile' ? asked.name : null,
      text: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    },
  );
  answerOf(reply);
}

type Reply<T> =
  | { readonly isRefused: false; readonly answer: T }
  | { readonly isRefused: true; readonly name: string; readonly message: string };

/** What was answered. Throws what it refuses with: `InputError`, or another `Error`. */
function answerOf<T>(reply: Reply<T> | undefined): T {
  if (reply === undefined) throw new Error('the page has no machine');
  if (!reply.isRefused) return reply.answer;
  throw reply.name === 'InputError' ? new InputError(reply.message) : new Error(reply.message);
}

import { afterEach, expect, it } from 'vitest';
import type { PageHandle } from '../worker/api/page-handle.ts';
import { GuestError } from './guest-error.ts';
import { GuestPage, type DrivenPage } from './guest-page.ts';

const READY: Partial<PageHandle> = {
  stage: () => 'ready',
  state: () => null,
  life: () => '1.1',
  failure: () => null,
  failureKind: () => null,
};

afterEach(() => {
  globalThis.viommu = undefined;
});

/** A page whose guest prints what `answer` makes of what is typed, at once, and nothing else. */
async function openPage(answer: (typed: string) => string): Promise<GuestPage> {
  let text = '# ';
  const handle = {
    ...READY,
    consoleFrom: (position: number) => ({ text: text.slice(position), end: text.length }),
    type: async (typed: string) => {
      text += answer(typed);
    },
  };
  Object.assign(globalThis, { viommu: handle });
  const page: DrivenPage = {
    evaluate: async (run, argument) => run(argument),
    waitForFunction: async (run, argument) => {
      if (!run(argument)) throw Object.assign(new Error('nothing'), { name: 'TimeoutError' });
    },
  };
  return GuestPage.attach(page);
}

it('interrupts a command that is waited for in vain, shows what it printed, and runs the next one', async () => {
  const typed: string[] = [];
  const guest = await openPage((text) => {
    typed.push(text);
    if (text.includes('B1;')) return '\u001eB1;begun\r\n';
    return text.includes('B2;') ? '\u001eB2;hi\r\n\u001eE2;0;' : '^C\r\n# ';
  });
  const failure: unknown = await guest.run('cat').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(GuestError);
  expect(failure).toMatchObject({ failure: 'stalled', output: 'begun\n' });
  expect(typed.at(-1)).toBe('\u0003');
  expect(await guest.run('echo hi')).toEqual({ exitCode: 0, output: 'hi\n' });
});

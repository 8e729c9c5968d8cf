// Offers `window.viommu` to programs that drive the page from outside.

import type { PageHandle } from '../../src/worker/api/page-handle.ts';
import type { MachineSession } from './machine-session.ts';

const MAX_TEXT = 200_000;

/** Publishes the handle of a session. */
export function publishHandle(session: MachineSession): void {
  const { power, console, iommu, stray, asking } = session;
  const decoder = new TextDecoder();
  let text = '';
  let end = 0;
  console.output.on((bytes) => {
    const printed = decoder.decode(bytes, { stream: true });
    text = (text + printed).slice(-MAX_TEXT);
    end += printed.length;
  });
  console.restarted.on(() => {
    text = '';
  });
  const handle: PageHandle = {
    status: () => power.status.value,
    stage: () => power.progress.value.stage,
    consoleText: () => text,
    consoleFrom: (position) => ({
      text: text.slice(Math.max(0, text.length - (end - position))),
      end,
    }),
    failure: () => power.failure.value?.message ?? null,
    failureKind: () => power.failure.value?.kind ?? null,
    life: () => power.life,
    type: (typed) => console.type(typed),
    state: () => iommu.latest.state,
    rogueDma: (request) => stray.send(request),
    ask: (question, asked) => asking.ask(question, asked),
    waitForIdle: () => session.painted(),
  };
  window.viommu = handle;
}

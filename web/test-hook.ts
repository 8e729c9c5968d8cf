// A small handle for tests that drive the page from outside: what the machine is doing, without reading pixels.

import type { IommuState } from '../src/iommu/events/iommu-event.ts';
import type { BootStage, MachineStatus, RogueRequest, RogueResult } from '../src/worker/api/api.ts';
import type { MachineSession } from './machine-session.ts';

/** `window.viommu`. */
export interface TestHook {
  readonly status: () => MachineStatus;
  readonly stage: () => BootStage;
  /** All that the serial console has printed since the machine's start, at most the last MAX_TEXT characters. */
  readonly consoleText: () => string;
  /** The same from a position on (the first character ever has 0), and the position of its end. */
  readonly consoleFrom: (position: number) => { readonly text: string; readonly end: number };
  /** What is wrong in words, or null. */
  readonly failure: () => string | null;
  /** Types on the console. */
  readonly type: (text: string) => Promise<void>;
  /** The device as of the latest batch; null without one. */
  readonly state: () => IommuState | null;
  readonly rogueDma: (request: RogueRequest) => Promise<RogueResult>;
  /** Resolves when everything received so far is on the screen. */
  readonly waitForIdle: () => Promise<void>;
}

declare global {
  interface Window {
    viommu?: TestHook;
  }
}

const MAX_TEXT = 200_000;

/** Publishes the handle of a session. */
export function installTestHook(session: MachineSession): void {
  const decoder = new TextDecoder();
  let text = '';
  let end = 0;
  session.console.on((bytes) => {
    const printed = decoder.decode(bytes, { stream: true });
    text = (text + printed).slice(-MAX_TEXT);
    end += printed.length;
  });
  session.restarted.on(() => {
    text = '';
  });
  window.viommu = {
    status: () => session.status.value,
    stage: () => session.progress.value.stage,
    consoleText: () => text,
    consoleFrom: (position) => ({
      text: text.slice(Math.max(0, text.length - (end - position))),
      end,
    }),
    failure: () => session.failure.value?.message ?? null,
    type: (typed) => session.type(typed),
    state: () => session.model.state,
    rogueDma: (request) => session.rogueDma(request),
    waitForIdle: () => session.painted(),
  };
}

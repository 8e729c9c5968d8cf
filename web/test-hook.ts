// A small handle for tests that drive the page from outside: what the machine is doing, without reading pixels.

import type { BootStage, MachineStatus } from '../src/worker/api.ts';
import type { MachineSession } from './machine-session.ts';

/** `window.viommu`. */
export interface TestHook {
  readonly status: () => MachineStatus;
  readonly stage: () => BootStage;
  /** All that the serial console has printed since the machine's start, at most the last MAX_TEXT characters. */
  readonly consoleText: () => string;
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
  session.console.on((bytes) => {
    text = (text + decoder.decode(bytes, { stream: true })).slice(-MAX_TEXT);
  });
  session.restarted.on(() => {
    text = '';
  });
  window.viommu = {
    status: () => session.status.value,
    stage: () => session.progress.value.stage,
    consoleText: () => text,
    waitForIdle: () => session.painted(),
  };
}

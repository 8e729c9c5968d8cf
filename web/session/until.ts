// Waiting for a signal.

import type { ReadonlySignal } from '@preact/signals';

/** Resolves when a claim is true, at once if it is. */
export function until(claim: ReadonlySignal<boolean>): Promise<void> {
  return new Promise((resolve) => {
    let stop = (): void => undefined;
    stop = claim.subscribe((isTrue) => {
      if (!isTrue) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

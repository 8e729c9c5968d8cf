// The page's end of the worker: starts it and gives its API.

import { proxy, releaseProxy, wrap } from 'comlink';
import type { MachineApi, MachineBatch } from './api.ts';

/** A machine in a worker of its own. */
export interface MachineClient {
  readonly api: Omit<MachineApi, 'listen'>;
  /** Ends the worker at once; pending calls never settle. */
  dispose(): void;
}

/**
 * Starts a worker with a machine in it. `onBatch` gets what happened, at most once per frame; `onCrash` is called
 * when the worker can not be loaded or dies.
 */
export async function startMachine(
  onBatch: (batch: MachineBatch) => void,
  onCrash: (message: string) => void,
): Promise<MachineClient> {
  const worker = new Worker(new URL('../host/machine-worker.ts', import.meta.url), {
    type: 'module',
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onCrash(event.message === '' ? 'The machine’s worker could not be loaded.' : event.message);
  });
  const remote = wrap<MachineApi>(worker);
  await remote.listen(proxy(onBatch));
  return {
    api: remote,
    dispose: () => {
      remote[releaseProxy]();
      worker.terminate();
    },
  };
}

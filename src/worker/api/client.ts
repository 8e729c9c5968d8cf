// The page's end of the worker: starts it and gives its API.

import { proxy, releaseProxy, wrap, type ProxyMarked } from 'comlink';
import type { MachineApi } from './api.ts';
import type { MachineBatch } from './news.ts';
import type { MachineFailure } from './power.ts';

/** A machine in a worker of its own. */
export interface MachineClient {
  readonly api: Omit<MachineApi, 'news'>;
  /** Ends the worker at once; pending calls never settle. */
  dispose(): void;
}

/** Why there is no worker any more; `message` is for the user. */
export type WorkerCrash = Pick<MachineFailure, 'kind' | 'message'>;

/** Starts a machine; the page's tests put a make-believe one in its place. */
export type StartMachine = (
  onBatch: (batch: MachineBatch) => void | Promise<void>,
  onCrash: (crash: WorkerCrash) => void,
) => Promise<MachineClient>;

/** What comlink has at the other end: its objects stay there, and their calls travel. */
type Offered = { readonly [Topic in keyof MachineApi]: MachineApi[Topic] & ProxyMarked };

/** A script that can not be had is an event without a message; one that fails has an error's. */
function crashOf(event: Event): WorkerCrash {
  return event instanceof ErrorEvent && event.message !== ''
    ? { kind: 'internal', message: event.message }
    : { kind: 'image-missing', message: 'The machine’s worker could not be loaded.' };
}

/**
 * Starts a worker with a machine in it. `onBatch` gets what happened, at most once per frame and not before it is done with
 * what it got before; `onCrash` is called
 * when the worker can not be loaded or dies.
 */
export const startMachine: StartMachine = async (onBatch, onCrash) => {
  const worker = new Worker(new URL('../host/machine-worker.ts', import.meta.url), {
    type: 'module',
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onCrash(crashOf(event));
  });
  const remote = wrap<Offered>(worker);
  await remote.news.listen(proxy(onBatch));
  return {
    api: remote,
    dispose: () => {
      remote[releaseProxy]();
      worker.terminate();
    },
  };
};

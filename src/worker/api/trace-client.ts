// The page's end of the worker that reads traces.

import { proxy, releaseProxy, wrap, type ProxyMarked, type Remote } from 'comlink';
import type { StartMachine } from './client.ts';
import type { FileKind, TraceApi, TraceInfo } from './trace.ts';

/** A file that was opened. A trace is there like a machine; dispose of it in the end. */
export type OpenedFile =
  | { readonly kind: 'recording' }
  | {
      readonly kind: 'trace';
      readonly info: TraceInfo;
      readonly start: StartMachine;
      dispose(): void;
    };

/** Opens a file in a worker of its own; see `OpeningApi`. */
export type OpenFile = (file: Blob, onRead: (bytes: number) => void) => Promise<OpenedFile>;

type Offered = { readonly [Topic in keyof TraceApi]: TraceApi[Topic] & ProxyMarked };

export const openFile: OpenFile = async (file, onRead) => {
  const worker = new Worker(new URL('../trace/trace-worker.ts', import.meta.url), {
    type: 'module',
  });
  const remote = wrap<Offered>(worker);
  const dispose = (): void => {
    remote[releaseProxy]();
    worker.terminate();
  };
  try {
    const opened = await Promise.race([remote.opening.open(file, proxy(onRead)), lost(worker)]);
    if (opened.kind === 'recording') {
      dispose();
      return opened;
    }
    return traceOf(opened, remote, dispose);
  } catch (error) {
    dispose();
    throw error;
  }
};

function traceOf(
  { source, events, remarks }: FileKind & { readonly kind: 'trace' },
  remote: Remote<Offered>,
  dispose: () => void,
): OpenedFile {
  const start: StartMachine = async (onBatch) => {
    await remote.news.listen(proxy(onBatch));
    return { api: remote, dispose: () => undefined };
  };
  return { kind: 'trace', info: { source, events, remarks }, start, dispose };
}

/** Rejects when the worker can not be loaded, or dies. */
function lost(worker: Worker): Promise<never> {
  return new Promise((_resolve, reject) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error('The file can not be read now: a part of this page could not be loaded.'));
    });
  });
}

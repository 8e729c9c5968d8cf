// A trace in a worker: read from a file, and told to the page as a machine that does not run.

import type { History } from '../../trace/replay/history.ts';
import type { MachineBatch } from '../api/news.ts';
import type { TraceApi } from '../api/trace.ts';
import { readTrace } from './trace-file.ts';
import { traceMachine } from './trace-machine.ts';
import { traceBatches } from './trace-teller.ts';

type Listener = (batch: MachineBatch) => unknown;

export function createTraceHost(): TraceApi {
  let opened: History | undefined;
  let listener: Listener = () => undefined;
  const history = (): History => {
    if (opened === undefined) throw new Error('No trace is open.');
    return opened;
  };
  const tell = async (): Promise<void> => {
    for (const batch of traceBatches(history())) await listener(batch);
  };
  return {
    ...traceMachine(history, () => void tell()),
    news: {
      listen: async (next) => {
        listener = next;
      },
    },
    opening: {
      open: async (file, onRead) => {
        const read = await readTrace(file, onRead);
        if (read === undefined) return { kind: 'recording' };
        opened = read.history;
        const { head, count } = opened.record;
        return { kind: 'trace', source: head.source, events: count, remarks: read.remarks };
      },
    },
  };
}

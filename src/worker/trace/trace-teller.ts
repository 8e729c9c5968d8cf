// Tells a page what is in a trace, as a machine would tell what it does: once, batch by batch.

import type { RecordBatch } from '../../trace/record/batch.ts';
import { BATCH_EVENTS, RecordTail } from '../../trace/record/record-tail.ts';
import type { History } from '../../trace/replay/history.ts';
import { stateBefore } from '../../trace/replay/latest-cut.ts';
import { momentState } from '../../trace/replay/moment-state.ts';
import type { MachineBatch } from '../api/news.ts';

/** Characters of the console, from its end. */
const MAX_CONSOLE = 1 << 18;

/** Batches in order; the buffers are copies. The last one has the state that the trace ends with. */
export function* traceBatches(history: History): Generator<MachineBatch> {
  const { record } = history;
  const { firstSequence, lastSequence, head } = record;
  const first = Math.max(1, firstSequence);
  const timeMs = record.event(lastSequence)?.timeMs ?? 0;
  const rest: MachineBatch = {
    life: 1,
    status: 'trace',
    progress: { stage: 'ready', detail: '', loadedBytes: 0, totalBytes: 0, elapsedMs: 0 },
    failure: null,
    past: null,
    console: new Uint8Array(0),
    isConsoleAnew: false,
    begins: null,
    record: [],
    dropped: {},
    state: null,
    timeMs,
    ranMs: timeMs,
    mips: 0,
  };
  const begins = { head, keyframe: stateBefore(history, first) };
  yield { ...rest, begins, console: consoleOf(history) };
  const tail = new RecordTail(record, first - 1);
  const next = (): readonly RecordBatch[] => tail.next({ atMost: BATCH_EVENTS });
  for (let told = next(); told.length > 0; told = next()) yield { ...rest, record: told };
  const moment = history.at(Math.max(lastSequence, first - 1));
  yield { ...rest, state: moment.isKnown ? momentState(moment) : null };
  tail.dispose();
}

/** What the guest has printed, as far as the trace has it. */
function consoleOf({ record }: History): Uint8Array {
  const lines = record.marks.flatMap((mark) => (mark.kind === 'console' ? [mark.line] : []));
  return new TextEncoder().encode(
    lines
      .map((line) => `${line}\r\n`)
      .join('')
      .slice(-MAX_CONSOLE),
  );
}

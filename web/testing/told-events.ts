// Events as a worker tells them, for the page's tests.

import { readPlan } from '../../src/machine/plan/plan-check.ts';
import { recordHeadOf } from '../../src/machine/plan/record-head.ts';
import type { RecordBatch } from '../../src/trace/record/batch.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import type { MachineBatch } from '../../src/worker/api/news.ts';

/** What the record of any machine is of. */
export const HEAD = recordHeadOf(readPlan({}));

/** A batch in which nothing has happened. */
export const QUIET_BATCH: MachineBatch = {
  life: 1,
  status: 'running',
  progress: { stage: 'ready', detail: '', loadedBytes: 0, totalBytes: 0, elapsedMs: 0 },
  failure: null,
  past: null,
  console: new Uint8Array(),
  isConsoleAnew: false,
  begins: null,
  record: [],
  dropped: {},
  state: null,
  timeMs: 0,
  ranMs: 0,
  mips: 0,
};

/** Events as a recorder hands them over. */
export function toldEvents(...events: readonly RecordedEvent[]): readonly RecordBatch[] {
  const recorder = new Recorder();
  for (const { event, timeMs, instructions } of events) {
    recorder.add(event, { timeMs, instructions });
  }
  return recorder.take();
}

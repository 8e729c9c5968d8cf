// What happened from one time to another.

import { firstFrom } from '../../src/trace/record/record-search.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { MarkIndex } from './mark-index.ts';

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RangeFacts {
  readonly events: number;
  readonly requests: number;
  readonly map: number;
  readonly unmap: number;
  readonly faults: number;
  /** Bytes of all devices, as far as somebody had looked. */
  readonly dmaBytes: number;
}

/** `marks` of the same record, up to date. */
export function rangeFacts(
  history: Pick<History, 'record' | 'tally'>,
  marks: MarkIndex,
  { fromMs, toMs }: TimeRange,
): RangeFacts {
  const { record } = history;
  const bounds = [fromMs, toMs].map((timeMs) =>
    Math.max(record.firstSequence, firstFrom(record, timeMs)),
  );
  const tally = history.tally(bounds);
  const [from = 0, to = 0] = bounds;
  let dmaBytes = 0;
  for (const endpoint of marks.endpoints) {
    dmaBytes += marks.bytesBefore(endpoint, toMs) - marks.bytesBefore(endpoint, fromMs);
  }
  const [map, unmap] = [tally.of('map', 0), tally.of('unmap', 0)];
  const others = ['attach', 'detach', 'probe', 'ignored'] as const;
  const requests = others.reduce((sum, name) => sum + tally.of(name, 0), map + unmap);
  return { events: to - from, requests, map, unmap, faults: tally.of('faults', 0), dmaBytes };
}

// What happened in a range of time.

import { eventsWithin, type TimeRange } from '../../src/trace/record/time-range.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { MarkIndex } from './mark-index.ts';

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
  range: TimeRange,
): RangeFacts {
  const { first, end } = eventsWithin(history.record, range);
  const tally = history.tally([first, end]);
  let dmaBytes = 0;
  for (const endpoint of marks.endpoints) {
    dmaBytes += marks.bytesBefore(endpoint, range.toMs) - marks.bytesBefore(endpoint, range.fromMs);
  }
  const [map, unmap] = [tally.of('map', 0), tally.of('unmap', 0)];
  const others = ['attach', 'detach', 'probe', 'ignored'] as const;
  const requests = others.reduce((sum, name) => sum + tally.of(name, 0), map + unmap);
  return { events: end - first, requests, map, unmap, faults: tally.of('faults', 0), dmaBytes };
}

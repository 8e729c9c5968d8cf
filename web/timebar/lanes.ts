// What happened in each bucket of an axis: a few sums and differences for each, however many events there were.

import { firstFrom } from '../../src/trace/record/record-search.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { Tally } from '../../src/trace/replay/tally.ts';
import { bucketEdges, type Axis } from './axis.ts';
import type { MarkIndex, StageMark } from './mark-index.ts';

export interface Lanes {
  /** Times between the buckets, in milliseconds. */
  readonly edges: Float64Array;
  /** Sequence of the first event at each edge or behind it. */
  readonly bounds: Float64Array;
  /** Events, and bytes that devices could reach, of each bucket. */
  readonly tally: Tally;
  /** Bytes of each bucket, by endpoint; only of those that made an access in one of them. */
  readonly dma: readonly { readonly endpoint: number; readonly bytes: Float64Array }[];
  /** Lines on the console in each bucket. */
  readonly lines: Uint32Array;
  /** All, oldest first. */
  readonly stages: readonly StageMark[];
}

/** `marks` of the same record, up to date. */
export function lanesOf(history: History, marks: MarkIndex, axis: Axis): Lanes {
  const edges = bucketEdges(axis);
  const { record } = history;
  const bounds = edges.map((timeMs) => Math.max(record.firstSequence, firstFrom(record, timeMs)));
  const lineSums = edges.map((timeMs) => marks.linesBefore(timeMs));
  const dma = [...marks.endpoints].map((endpoint) => ({
    endpoint,
    bytes: differences(edges.map((timeMs) => marks.bytesBefore(endpoint, timeMs))),
  }));
  return {
    edges,
    bounds,
    tally: history.tally(bounds),
    dma: dma.filter(({ bytes }) => bytes.some((each) => each > 0)),
    lines: Uint32Array.from(differences(lineSums)),
    stages: marks.stages,
  };
}

function differences(sums: Float64Array): Float64Array {
  const between = new Float64Array(Math.max(0, sums.length - 1));
  for (let at = 0; at < between.length; at += 1)
    between[at] = (sums[at + 1] ?? 0) - (sums[at] ?? 0);
  return between;
}

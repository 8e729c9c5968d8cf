// Where in a record something is: the event at a time, the next or previous one of a kind.

import type { IommuRecord } from './iommu-record.ts';

type Searched = Pick<IommuRecord, 'chunks' | 'lastSequence'>;

/**
 * Sequence of the first event at that time or later, in milliseconds since the machine was built; the one behind the latest
 * when all came before. Times never decrease within a record.
 */
export function firstFrom({ chunks, lastSequence }: Searched, timeMs: number): number {
  const place = lowest(chunks.length, (index) => endsFrom(chunks[index], timeMs));
  const chunk = chunks[place];
  if (chunk === undefined) return lastSequence + 1;
  return chunk.firstSequence + lowest(chunk.count, (row) => chunk.timeMs(row) >= timeMs);
}

/** Sequence of the first event of a kind (its code) behind an event; undefined when none is kept. */
export function nextOfKind(
  { chunks }: Searched,
  code: number,
  sequence: number,
): number | undefined {
  for (const { columns, count, firstSequence } of chunks) {
    if (firstSequence + count - 1 <= sequence) continue;
    const from = Math.max(0, sequence + 1 - firstSequence);
    const row = columns.kind.subarray(0, count).indexOf(code, from);
    if (row >= 0) return firstSequence + row;
  }
  return undefined;
}

/** Sequence of the last event of a kind (its code) before an event; undefined when none is kept. */
export function previousOfKind(
  { chunks }: Searched,
  code: number,
  sequence: number,
): number | undefined {
  for (let index = chunks.length - 1; index >= 0; index -= 1) {
    const chunk = chunks[index];
    if (chunk === undefined || chunk.firstSequence >= sequence) continue;
    const end = Math.min(chunk.count, sequence - chunk.firstSequence);
    const row = chunk.columns.kind.subarray(0, end).lastIndexOf(code);
    if (row >= 0) return chunk.firstSequence + row;
  }
  return undefined;
}

function endsFrom(chunk: Searched['chunks'][number] | undefined, timeMs: number): boolean {
  return chunk !== undefined && chunk.count > 0 && chunk.timeMs(chunk.count - 1) >= timeMs;
}

/** The lowest of the first numbers for which a claim is true, which it stays for all above; `count` when there is none. */
export function lowest(count: number, isTrue: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

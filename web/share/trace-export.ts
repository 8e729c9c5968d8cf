// The record of an IOMMU as a file, made in slices: the page goes on meanwhile.

import { chromePieces } from '../../src/trace/formats/chrome-json.ts';
import { CSV_HEADER, csvPieces } from '../../src/trace/formats/csv.ts';
import { JsonLines } from '../../src/trace/formats/json-lines.ts';
import { encodeBatch, encodeStart } from '../../src/trace/formats/own-format.ts';
import { batchesOf } from '../../src/trace/record/record-batches.ts';
import type { History } from '../../src/trace/replay/history.ts';
import { stateBefore } from '../../src/trace/replay/latest-cut.ts';

export type TraceFormat = 'viommu' | 'jsonl' | 'csv' | 'chrome';

/** How a file of each format ends. */
export const SUFFIXES: Readonly<Record<TraceFormat, string>> = {
  viommu: '.trace',
  jsonl: '.jsonl',
  csv: '.csv',
  chrome: '.json',
};

/** Work of one slice: less than a frame has. */
const SLICE_MS = 6;

/** What is used of a page. */
export interface SlicePorts {
  readonly now: () => number;
  /** Resolves when the page has had its turn. */
  readonly rest: () => Promise<void>;
}

/** The record as a file of this format. What is added to the record meanwhile may be in it or not. */
export async function exportTrace(
  format: TraceFormat,
  history: History,
  { now, rest }: SlicePorts,
): Promise<Blob> {
  const pieces: BlobPart[] = [];
  let since = now();
  for await (const piece of piecesIn(format, history)) {
    pieces.push(piece);
    if (now() - since < SLICE_MS) continue;
    await rest();
    since = now();
  }
  return new Blob(pieces);
}

async function* piecesIn(format: TraceFormat, history: History): AsyncGenerator<BlobPart> {
  const { record } = history;
  switch (format) {
    case 'viommu':
      yield await encodeStart({
        head: record.head,
        keyframe: stateBefore(history, record.firstSequence),
      });
      for (const batch of batchesOf(record)) yield await encodeBatch(batch);
      return;
    case 'jsonl':
      yield* new JsonLines(record).next();
      return;
    case 'csv':
      yield CSV_HEADER;
      yield* csvPieces(record, record.firstSequence);
      return;
    case 'chrome':
      yield* chromePieces(history, { note: () => undefined });
  }
}

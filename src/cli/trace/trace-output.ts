// A trace in another format, as bytes.

import { chromePieces } from '../../trace/formats/chrome-json.ts';
import { CSV_HEADER, csvPieces } from '../../trace/formats/csv.ts';
import { encodeBatch, encodeStart } from '../../trace/formats/own-format.ts';
import type { TraceReader } from '../../trace/formats/trace-reader.ts';
import type { History } from '../../trace/replay/history.ts';
import { batchesOf } from '../../trace/record/record-batches.ts';
import { JsonLines } from '../../trace/formats/json-lines.ts';
import type { TraceFormat } from './trace-arguments.ts';

/** A trace, and who is told what its file does not show. */
export interface TraceToWrite extends Pick<TraceReader, 'keyframe'> {
  readonly history: History;
  readonly note: (sentence: string) => void;
}

/** What a file of that format holds, in pieces. */
export async function* bytesIn(
  format: TraceFormat,
  { keyframe, history, note }: TraceToWrite,
): AsyncGenerator<Uint8Array> {
  const { record } = history;
  if (format === 'viommu') {
    yield encodeStart({ head: record.head, keyframe: keyframe ?? null });
    for (const batch of batchesOf(record)) yield encodeBatch(batch);
    return;
  }
  const encoder = new TextEncoder();
  for (const text of textIn(format, history, note)) yield encoder.encode(text);
}

function* textIn(
  format: Exclude<TraceFormat, 'viommu'>,
  history: History,
  note: TraceToWrite['note'],
): Generator<string> {
  const { record } = history;
  switch (format) {
    case 'jsonl':
      yield* new JsonLines(record).next();
      return;
    case 'csv':
      yield CSV_HEADER;
      yield* csvPieces(record, record.firstSequence);
      return;
    case 'chrome':
      yield* chromePieces(history, { note });
  }
}

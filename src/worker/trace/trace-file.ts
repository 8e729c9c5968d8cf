// Reads a file as a trace, piece by piece.

import { isRecording } from '../../machine/recording/recording-file.ts';
import { readerFor } from '../../trace/formats/any-reader.ts';
import type { TraceReader } from '../../trace/formats/trace-reader.ts';
import { History } from '../../trace/replay/history.ts';

const MIB = 1 << 20;
const PIECE_BYTES = MIB;
/** As much as the page keeps of any record (`web/model/machine-model.ts`): some million events with their requests. The oldest go. */
const MAX_RECORD_BYTES = 100 * MIB;
/** Text of an hour of a busy device; more would be read for minutes, and only its end be kept. */
const MAX_FILE_MIB = 1024;

/** A trace that was read. */
export interface ReadTrace {
  readonly history: History;
  /** In sentences for the user. */
  readonly remarks: readonly string[];
}

/**
 * Undefined for a recording, which is no trace. Rejects with an error for the user. The history follows the record from its first
 * event on, so that it knows the state whatever had to go.
 */
export async function readTrace(
  file: Blob,
  onRead: (bytes: number) => void,
): Promise<ReadTrace | undefined> {
  if (file.size > MAX_FILE_MIB * MIB) {
    throw new Error(
      `The file has more than ${MAX_FILE_MIB} MiB. Cut it: a part of a trace is a trace, too.`,
    );
  }
  let reader: TraceReader | undefined;
  let history: History | undefined;
  for (let at = 0; at < file.size || reader === undefined; at += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
    if (reader === undefined && isRecording(piece)) return undefined;
    reader ??= readerFor(piece, MAX_RECORD_BYTES);
    await reader.push(piece);
    history ??= historyOf(reader);
    onRead(Math.min(file.size, at + PIECE_BYTES));
  }
  await reader.end();
  history ??= historyOf(reader);
  if (history === undefined) throw new Error('The file says nothing of an IOMMU.');
  return { history, remarks: remarksOf(reader, history) };
}

function historyOf({ record, keyframe }: TraceReader): History | undefined {
  return record === undefined ? undefined : new History(record, { keyframe });
}

function remarksOf({ remarks }: TraceReader, { record }: History): readonly string[] {
  if (record.evicted === 0) return remarks;
  const first = record.firstSequence.toLocaleString('en');
  return [...remarks, `Only its end is kept, from event ${first} on: it is too long for a page.`];
}

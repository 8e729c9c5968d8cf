// A whole record as batches, to be kept, sent, or taken in elsewhere.

import type { RecordedEvent } from '../recorded-event.ts';
import { TIME_PER_MS, type RecordBatch } from './batch.ts';
import { eventAt } from './event-codec.ts';
import { EventColumns } from './event-columns.ts';
import type { EventChunk } from './event-chunk.ts';
import type { IommuRecord } from './iommu-record.ts';
import type { NewcomersOfWho } from './who.ts';

const NO_NEWCOMERS: NewcomersOfWho = { tasks: [], stacks: [] };

function batchOf(chunk: EventChunk): RecordBatch {
  const { firstSequence, count, baseMs, baseInstructions } = chunk;
  const columns = new EventColumns(count);
  columns.set(0, chunk.columns, 0, count);
  return {
    firstSequence,
    count,
    baseMs,
    baseInstructions,
    columns: columns.buffer,
    requests: chunk.requests.slice().buffer,
    newcomers: NO_NEWCOMERS,
    marks: [],
  };
}

/** The events of batches that lie one behind the other, as objects. */
export function eventsOf(batches: readonly RecordBatch[]): readonly RecordedEvent[] {
  return batches.flatMap((batch) => {
    const columns = new EventColumns(batch.count, batch.columns);
    return Array.from({ length: batch.count }, (_unused, at) => ({
      timeMs: batch.baseMs + (columns.time[at] ?? 0) / TIME_PER_MS,
      instructions: batch.baseInstructions + (columns.instructions[at] ?? 0),
      event: eventAt(columns, at, batch.firstSequence + at),
    }));
  });
}

/** What is kept of a record; a new record that takes these batches in order is the same. */
export function batchesOf(record: IommuRecord): readonly RecordBatch[] {
  return [headOf(record), ...record.chunks.map((chunk) => batchOf(chunk))];
}

/** Everything but events. */
function headOf(record: IommuRecord): RecordBatch {
  return {
    firstSequence: record.firstSequence,
    count: 0,
    baseMs: 0,
    baseInstructions: 0,
    columns: new ArrayBuffer(0),
    requests: new ArrayBuffer(0),
    newcomers: record.everybody,
    marks: record.marks,
  };
}

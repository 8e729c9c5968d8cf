// A whole record as batches, to be kept, sent, or taken in elsewhere.

import type { RecordedEvent } from '../recorded-event.ts';
import { TIME_PER_MS, type RecordBatch } from './batch.ts';
import { eventAt } from './event-codec.ts';
import { EventColumns } from './event-columns.ts';
import type { IommuRecord } from './iommu-record.ts';
import { RecordTail } from './record-tail.ts';

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
  const tail = new RecordTail(record);
  const batches = tail.next();
  tail.dispose();
  return batches;
}

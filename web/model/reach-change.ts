// Which events may change what devices can reach.

import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { RecordBatch } from '../../src/trace/record/batch.ts';
import { EventColumns } from '../../src/trace/record/event-columns.ts';
import { EVENT_KINDS } from '../../src/trace/record/event-kinds.ts';

/** These leave mappings and attachments as they are. */
const IDLE: ReadonlySet<IommuEvent['kind'] | undefined> = new Set(['probed', 'faulted', 'ignored']);

/** Whether an event of the batch may have changed it; looks at no more events than it takes to find one. */
export function changesReach({ count, columns }: RecordBatch): boolean {
  if (count === 0) return false;
  const { kind } = new EventColumns(count, columns);
  for (let at = 0; at < count; at += 1) if (!IDLE.has(EVENT_KINDS[kind[at] ?? -1])) return true;
  return false;
}

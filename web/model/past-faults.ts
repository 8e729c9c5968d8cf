// The faults before a moment: found in the columns of the record, from the moment back.

import { KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { previousOfKind } from '../../src/trace/record/record-search.ts';
import { MAX_FAULTS, type FaultRecord } from './machine-model.ts';

const FAULTED = KIND_CODES.get('faulted') ?? -1;

/** The faults before a moment, the newest first. `known`: those of the live list, which has some that the record lost. */
export function pastFaults(
  record: IommuRecord,
  sequence: number,
  known: readonly FaultRecord[],
): readonly FaultRecord[] {
  const list: FaultRecord[] = [];
  let before = sequence + 1;
  while (list.length < MAX_FAULTS) {
    const found = previousOfKind(record, FAULTED, before);
    const recorded = found === undefined ? undefined : record.event(found);
    if (found === undefined || recorded?.event.kind !== 'faulted') break;
    list.push({ timeMs: recorded.timeMs, fault: recorded.event });
    before = found;
  }
  const elders = known.filter(({ fault }) => fault.sequence < record.firstSequence);
  return [...list, ...elders].slice(0, MAX_FAULTS);
}

// What endpoints have done between two looks at the device's counters, which begin anew at power on.

import type { IommuRecord } from './iommu-record.ts';
import type { CountersMark, EndpointCounts } from './marks.ts';

/** The counters of an endpoint. */
export const COUNTER_NAMES = [
  'translated',
  'translatedBytes',
  'bypassed',
  'bypassedBytes',
  'blocked',
  'blockedBytes',
] as const;

/** Takes the marks of a record in their order. */
export class CounterSteps {
  /** As they stood; who is not there had made no access. Null while nobody has looked. */
  #before: ReadonlyMap<number, EndpointCounts> | null;

  /** `isFromPowerOn`: before the first mark nothing was counted. Otherwise what it has is of before the record. */
  constructor(isFromPowerOn: boolean) {
    this.#before = isFromPowerOn ? new Map() : null;
  }

  /** What each endpoint of a mark has done since the mark before it. */
  take({ endpoints }: CountersMark): readonly EndpointCounts[] {
    const before = this.#before;
    this.#before = new Map(endpoints.map((counts) => [counts.id, counts]));
    return endpoints.map((counts) => {
      const last = before === null ? counts : before.get(counts.id);
      // Less than before: power was off meanwhile
      const isAnew = last === undefined || COUNTER_NAMES.some((name) => counts[name] < last[name]);
      return isAnew ? counts : difference(counts, last);
    });
  }
}

function difference(counts: EndpointCounts, last: EndpointCounts): EndpointCounts {
  return {
    id: counts.id,
    translated: counts.translated - last.translated,
    translatedBytes: counts.translatedBytes - last.translatedBytes,
    bypassed: counts.bypassed - last.bypassed,
    bypassedBytes: counts.bypassedBytes - last.bypassedBytes,
    blocked: counts.blocked - last.blocked,
    blockedBytes: counts.blockedBytes - last.blockedBytes,
  };
}

/** Whether a record has all that happened since a power on, its counters included. */
export function isFromPowerOn(
  record: Pick<IommuRecord, 'firstSequence' | 'droppedMarks' | 'event'>,
): boolean {
  const { firstSequence, droppedMarks } = record;
  if (droppedMarks > 0) return false;
  return firstSequence <= 1 || record.event(firstSequence)?.event.kind === 'power-cycled';
}

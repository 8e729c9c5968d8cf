// How often each caller asked for what.

import { EVENT_KINDS } from '../../trace/record/event-kinds.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import type { Who } from '../../trace/record/who.ts';

export interface CallerCount {
  readonly who: Who;
  /** Events by kind, the most frequent first. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** Callers of all events that are kept, the busiest first. */
export function countCallers(record: IommuRecord): readonly CallerCount[] {
  const counts = new Map<number, { readonly who: Who; readonly kinds: Map<string, number> }>();
  for (const { columns, count, firstSequence } of record.chunks) {
    for (let at = 0; at < count; at += 1) {
      const number = columns.who[at] ?? 0;
      const caller = counts.get(number) ?? {
        who: record.who(firstSequence + at),
        kinds: new Map<string, number>(),
      };
      counts.set(number, caller);
      const kind = EVENT_KINDS[columns.kind[at] ?? 0] ?? 'event';
      caller.kinds.set(kind, (caller.kinds.get(kind) ?? 0) + 1);
    }
  }
  const sum = (kinds: ReadonlyMap<string, number>): number =>
    [...kinds.values()].reduce((one, other) => one + other, 0);
  return [...counts.values()].toSorted((one, other) => sum(other.kinds) - sum(one.kinds));
}

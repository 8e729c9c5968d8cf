// Chooses events by their kind.

import type { ListedRecord, SelectEvents } from './event-index.ts';

/** `isChosen`: 1 at the byte of each kind that is listed. */
export function selectKinds(record: ListedRecord, isChosen: Uint8Array): SelectEvents {
  return (from, to) => {
    const found: number[] = [];
    for (const { firstSequence, count, columns } of record.chunks) {
      const last = Math.min(count - 1, to - firstSequence);
      for (let row = Math.max(0, from - firstSequence); row <= last; row += 1) {
        if (isChosen[columns.kind[row] ?? 0] === 1) found.push(firstSequence + row);
      }
    }
    return found;
  };
}

// The device's counters at a moment, as far as the record has looked at them.

import type { DomainCounts, EndpointCounts, Mark } from '../record/marks.ts';

/** What had been counted when somebody looked. */
export interface MomentCounters {
  /** The latest event that had happened then, and milliseconds of guest time since the machine was built. */
  readonly sequence: number;
  readonly timeMs: number;
  /** Since power on. Those that are not here had made no access. */
  readonly endpoints: readonly EndpointCounts[];
  readonly domains: readonly DomainCounts[];
}

/** The counters as they were read last before the event after that one; marks come oldest first. */
export function countersAt(marks: readonly Mark[], sequence: number): MomentCounters | null {
  for (let at = endOf(marks, sequence) - 1; at >= 0; at -= 1) {
    const mark = marks[at];
    if (mark?.kind !== 'counters') continue;
    const { timeMs, endpoints, domains } = mark;
    return { sequence: mark.sequence, timeMs, endpoints, domains };
  }
  return null;
}

/** How many marks come before the event after that one. */
function endOf(marks: readonly Mark[], sequence: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

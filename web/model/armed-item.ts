// An access that is armed, and what became of it.

import type { ArmedShot, ScheduledOrder } from '../../src/worker/api/lab.ts';

export interface ArmedItem {
  readonly id: number;
  readonly order: ScheduledOrder;
  readonly state: 'armed' | 'over' | 'cancelled' | 'refused';
  /** Why it was refused, in words for the user; null otherwise. */
  readonly problem: string | null;
  /** The times that it was made so far. */
  readonly shots: readonly ArmedShot[];
}

// What a snapshot says of itself.

import type { MachinePlan } from '../plan/machine-plan.ts';

export interface SnapshotHead {
  /** The format. */
  readonly version: number;
  /** Of the machine it is of, with every file by its checksum. */
  readonly plan: MachinePlan;
}

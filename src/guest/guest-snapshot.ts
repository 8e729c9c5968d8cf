// A saved guest.

import type { SnapshotHead } from '../machine/snapshot/snapshot-head.ts';
import type { GuestIommuRecord } from './guest-iommu.ts';

/** A guest at one moment: plain data, can be cloned and kept. */
export interface GuestSnapshot {
  /** The machine's part, of which this is all that others know. */
  readonly machine: SnapshotHead;
  readonly iommu: GuestIommuRecord;
  readonly bootMs: number | undefined;
  readonly hasAgent: boolean;
  /** Commands that were run on the agent's line and at the prompt: their numbers are sent along. */
  readonly commands: readonly [agent: number, prompt: number];
}

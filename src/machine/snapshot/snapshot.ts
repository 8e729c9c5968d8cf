// The whole machine at one moment: v86's own state, and every device of ours beside it.

import { InputError } from '../images/guest-images.ts';
import type { MachinePlan } from '../plan/machine-plan.ts';
import { readPlan } from '../plan/plan-check.ts';
import { planDifferences } from '../plan/plan-differences.ts';
import type { RunState } from '../run-state.ts';
import type { SnapshotHead } from './snapshot-head.ts';

export const SNAPSHOT_VERSION = 5;

/** Plain data; can be cloned and sent to another thread. */
export interface MachineSnapshot extends RunState, SnapshotHead {}

/**
 * Throws `InputError` unless the snapshot is whole, of this format, and of a machine with this plan. What is
 * inside each device's part is found out when that device reads it.
 */
export function checkSnapshot(
  snapshot: SnapshotHead & Partial<RunState>,
  plan: MachinePlan,
): asserts snapshot is MachineSnapshot {
  if (snapshot?.version !== SNAPSHOT_VERSION) {
    throw new InputError(
      `The snapshot has format ${snapshot?.version}; this program reads format ${SNAPSHOT_VERSION}. Take it again.`,
    );
  }
  const isWhole =
    typeof snapshot.plan === 'object' &&
    Array.isArray(snapshot.board?.plugged) &&
    Array.isArray(snapshot.board.disk) &&
    Array.isArray(snapshot.board.ide) &&
    Number.isFinite(snapshot.earlierMs) &&
    Array.isArray(snapshot.log?.inputs);
  if (!isWhole) throw new InputError('The snapshot is damaged: a part of it is missing.');
  checkPlan(readPlan(snapshot.plan), plan, 'The snapshot');
  const hasIommu = plan.iommu.mode !== 'off';
  const isComplete =
    (snapshot.board.iommu !== undefined) === hasIommu &&
    (snapshot.board.edu !== undefined) === plan.endpoints.edu;
  if (!isComplete) {
    throw new InputError('The snapshot is damaged: a part of it is missing.');
  }
}

/** Throws `InputError` that names each difference unless something is of a machine with this plan. */
export function checkPlan(saved: MachinePlan, wanted: MachinePlan, what: string): void {
  const differences = planDifferences(saved, wanted);
  if (differences.length === 0) return;
  throw new InputError(`${what} is of another machine: ${differences.join('; ')}.`);
}

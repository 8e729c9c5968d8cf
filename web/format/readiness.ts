// Why the guest can not be used now.

import type { BootStage, MachineFailure, MachineStatus } from '../../src/worker/api/power.ts';

/** In words for the user; null when it can. */
export function whyNotReady(
  status: MachineStatus,
  stage: BootStage,
  failure: MachineFailure | null,
): string | null {
  if (failure?.kind === 'powered-off') return 'The PC is off';
  if (status === 'failed') return 'The PC has stopped';
  if (stage !== 'ready') return 'Waiting for Linux';
  if (status === 'paused') return 'The PC is paused';
  return null;
}

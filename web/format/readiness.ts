// Why the guest can not be used now.

import type { BootStage, MachineFailure, MachineStatus } from '../../src/worker/api/power.ts';

/** What the guest has done to its power, in words for the user; null when it has power and runs. */
export function standstill(failure: MachineFailure | null): string | null {
  if (failure?.kind === 'powered-off') return 'The PC is off';
  if (failure?.kind === 'files-needed') return 'The PC waits for your files';
  return failure?.kind === 'halted' ? 'The PC has halted' : null;
}

const NOTHING_RUNS = 'This is a trace: nothing runs';

/** Why there is no machine to be switched, in words for the user; null when there is one. */
export function whyNoMachine(status: MachineStatus): string | null {
  return status === 'trace' ? NOTHING_RUNS : null;
}

/** In words for the user; null when it can. */
export function whyNotReady(
  status: MachineStatus,
  stage: BootStage,
  failure: MachineFailure | null,
): string | null {
  if (status === 'failed') return standstill(failure) ?? 'The PC has stopped';
  if (status === 'trace') return NOTHING_RUNS;
  if (status === 'restoring') return 'The PC is being restored';
  if (stage !== 'ready') return 'Waiting for Linux';
  return status === 'paused' ? 'The PC is paused' : null;
}

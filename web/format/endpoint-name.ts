// Endpoints by the names that the machine gives them.

import type { MachineInfo } from '../../src/worker/api/power.ts';

/** The name of an endpoint; before the machine has told its endpoints, its number. */
export function endpointName(info: MachineInfo | null, id: number): string {
  return info?.endpoints.find((endpoint) => endpoint.id === id)?.name ?? `EP ${id}`;
}

// Accesses that are tried: the device decides about them as ever, and nothing of them stays.

import type { PhysicalMemory } from '../memory/address-space.ts';
import type { Endpoint } from './domains/endpoint-table.ts';
import { StoppedError, type DmaPath } from './dma-port.ts';

const NO_REPORT = { reason: 0, flags: 0, endpoint: 0, high: 0, low: 0 };
/** One for all: a trial may be stopped some million times. */
const STOPPED = new StoppedError('the IOMMU stopped this trial');

/**
 * Has `attempt` try accesses through ports of `path`, which end in `memory` in place of the guest's. None is counted, recorded,
 * reported to the driver or sampled, and no interrupt message goes out.
 */
export function runTrial<T>(
  path: DmaPath,
  endpoints: readonly Endpoint[],
  memory: PhysicalMemory,
  attempt: () => T,
): T {
  const usual = { ...path };
  const before = endpoints.map(({ counters, isSampled }) => ({ counters, isSampled }));
  for (const endpoint of endpoints) endpoint.isSampled = false;
  path.memory = memory;
  path.reportFault = () => NO_REPORT;
  path.refuse = () => STOPPED;
  path.tellSample = () => undefined;
  path.ringDoorbell = () => undefined;
  try {
    return attempt();
  } finally {
    path.memory = usual.memory;
    path.reportFault = usual.reportFault;
    path.refuse = usual.refuse;
    path.tellSample = usual.tellSample;
    path.ringDoorbell = usual.ringDoorbell;
    endpoints.forEach((endpoint, index) => Object.assign(endpoint, before[index]));
  }
}

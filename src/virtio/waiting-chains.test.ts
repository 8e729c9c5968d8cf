import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIommuRig, ENDPOINT, RAM_BYTES } from '../../test/rigs/iommu-rig.ts';
import { attachRequest, unmapRequest } from '../../test/rigs/iommu-requests.ts';
import { waitingRequests } from './waiting-chains.ts';

const QUEUE = 0;
const MAX_BYTES = 8;
const TAIL = 4;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('requests that wait', () => {
  it('are seen in order, and left where they are', () => {
    const rig = createIommuRig();
    const driver = rig.start();
    const waiting = (): readonly Uint8Array[] =>
      waitingRequests(rig.memory, rig.transport.save(), QUEUE, MAX_BYTES).requests;
    expect(waiting()).toEqual([]);
    const requests = [attachRequest(1, ENDPOINT), unmapRequest(1, 0n, 0xfffn)];
    for (const request of requests) {
      driver.requestQueue.add({
        readable: [request.slice(0, 3), request.slice(3)],
        writable: [TAIL],
      });
    }
    const before = sha256(rig.memory.bytes);
    const { sequence } = rig.iommu;
    expect(waiting()).toEqual(requests.map((request) => request.slice(0, MAX_BYTES)));
    expect(waiting()).toHaveLength(2);
    expect(sha256(rig.memory.bytes)).toBe(before);
    expect(rig.line.rises).toBe(0);
    expect(rig.iommu.sequence).toBe(sequence);
    rig.mmio.notify(QUEUE);
    expect(rig.iommu.sequence).toBe(sequence + 2);
    expect(waiting()).toEqual([]);
  });

  it('are none before a driver has started, and none that a broken ring names', () => {
    const rig = createIommuRig();
    const look = (): readonly Uint8Array[] =>
      waitingRequests(rig.memory, rig.transport.save(), QUEUE, MAX_BYTES).requests;
    expect(look()).toEqual([]);
    const driver = rig.start();
    driver.requestQueue.add({ readable: [attachRequest(1, ENDPOINT)], writable: [TAIL] });
    const { queues } = rig.transport.save();
    const available = queues[QUEUE]?.driverArea.low ?? 0;
    rig.memory.writeU16(0, available + 2, 0x7000);
    expect(look()).toEqual([]);
    expect(rig.transport.failure).toBeUndefined();
    const descriptors = queues[QUEUE]?.descriptorArea.low ?? 0;
    rig.memory.writeU16(0, available + 2, 1);
    rig.memory.writeU32(0, descriptors, RAM_BYTES);
    expect(look()).toEqual([]);
  });
});

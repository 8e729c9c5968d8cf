// Arbitrary bytes where rings and tables should be. The device must neither throw, hang, nor write beside its buffers.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { AccessLog } from '../../test/rigs/access-log.ts';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { RING_KINDS, type RingKind } from '../../test/rigs/queue-rig.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import {
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_IN_ORDER,
  VIRTIO_F_NOTIFICATION_DATA,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_RING_RESET,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import { VIRTIO_MMIO_QUEUE_NOTIFY } from './mmio-registers.ts';
import { VIRTQ_DESC_F_WRITE, VIRTQ_DESC_SIZE } from './ring-layout.ts';

const SIZE = 8;
const RAM_BYTES = 0x1_0000;
const BASE_FEATURES =
  VIRTIO_F_VERSION_1 |
  VIRTIO_F_INDIRECT_DESC |
  VIRTIO_F_EVENT_IDX |
  VIRTIO_F_IN_ORDER |
  VIRTIO_F_NOTIFICATION_DATA |
  VIRTIO_F_RING_RESET;
const FEATURES: Record<RingKind, bigint> = {
  split: BASE_FEATURES,
  packed: BASE_FEATURES | VIRTIO_F_RING_PACKED,
};
// Every descriptor of the noise, direct or in a table, points into the one or the other.
const [READABLE, WRITABLE, ZONE_BYTES] = [0x8000, 0xc000, 0x400];
const CANARY = 0xa5;

interface NoisyDescriptor {
  readonly isWritable: boolean;
  readonly offset: number;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
  /** Refer to the table of noise instead. */
  readonly isTable: boolean;
}

const noisyDescriptor: fc.Arbitrary<NoisyDescriptor> = fc.record({
  isWritable: fc.boolean(),
  offset: fc.nat(ZONE_BYTES - 0x100),
  length: fc.nat(0x100),
  flags: fc.oneof(fc.nat(0xffff), fc.constantFrom(0x80, 0x81, 0x8000, 0x8001)),
  next: fc.oneof(fc.nat(SIZE), fc.nat(0xffff)),
  isTable: fc.boolean(),
});

const step = fc.record({
  descriptors: fc.array(noisyDescriptor, { minLength: SIZE, maxLength: SIZE }),
  /** Bytes over driver and device area. */
  areas: fc.uint8Array({ minLength: 24, maxLength: 24 }),
  ahead: fc.nat(SIZE + 1),
  notification: fc.oneof(fc.constantFrom(0, 1), fc.nat(0xffff_ffff)),
});

function startNoisy(kind: RingKind) {
  const device = new MirrorDevice();
  const logs: AccessLog[] = [];
  const rig = createRig(device, {
    rings: 'split-and-packed',
    ramBytes: RAM_BYTES,
    viewOf: (ram) => {
      const log = new AccessLog(ram);
      logs.push(log);
      return log;
    },
  });
  const request = { size: SIZE, bufferBytes: 0x100 };
  const [queue] = rig.driver.start(FEATURES[kind], [request, request]);
  const [log] = logs;
  if (queue === undefined || log === undefined) throw new Error('one queue, one log');
  return { device, queue, log, ...rig };
}

type NoisyRig = ReturnType<typeof startNoisy>;
const TABLE = 0x7000;

// WRITE and the zone go together, so that a write outside the writable zone is a device's own.
function writeNoise({ queue }: NoisyRig, at: number, noise: NoisyDescriptor, isInner: boolean) {
  const { isWritable, offset, length, next } = noise;
  const isTable = noise.isTable && !isInner;
  const flags = (noise.flags & ~VIRTQ_DESC_F_WRITE) | (isWritable ? VIRTQ_DESC_F_WRITE : 0);
  const zone = isWritable ? WRITABLE : READABLE;
  const indirect = { address: BigInt(TABLE), length: length & 0xf8, flags: flags | 4, next };
  const direct = { address: BigInt(zone + offset), length, flags: flags & ~4, next };
  queue.writeDescriptorAt(at, isTable ? indirect : direct);
}

describe.each(RING_KINDS)('noise on a %s ring', (kind) => {
  it(`[B18${kind === 'packed' ? ' B28' : ''}] is survived, and no byte outside the writable zone changes`, () => {
    const seen = { broken: 0, answered: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const rig = startNoisy(kind);
        const { device, driver, queue, log, memory } = rig;
        const view = new DataView(memory.bytes.buffer);
        memory.bytes.fill(CANARY, READABLE, RAM_BYTES);
        device.onChain = () => seen.answered++;
        for (const { descriptors, areas, ahead, notification } of steps) {
          descriptors.forEach((noise, index) => {
            writeNoise(rig, queue.descriptorArea + index * VIRTQ_DESC_SIZE, noise, false);
            writeNoise(rig, TABLE + index * VIRTQ_DESC_SIZE, noise, true);
          });
          if (kind === 'split') {
            memory.bytes.set(areas, queue.driverArea);
            for (let slot = 0; slot < SIZE; slot++) {
              view.setUint16(queue.driverArea + 4 + 2 * slot, (areas[slot] ?? 0) % SIZE, true);
            }
            view.setUint16(queue.driverArea + 2, queue.deviceIndex + ahead, true);
          } else {
            memory.bytes.set(areas.subarray(0, 4), queue.driverArea);
          }
          driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, notification);
        }
        if (driver.needsReset) seen.broken++;

        const isRing = (at: number): boolean => at < TABLE;
        const isZone = (at: number): boolean => at >= WRITABLE && at < WRITABLE + ZONE_BYTES;
        expect([...log.touched('write')].filter((at) => !isRing(at) && !isZone(at))).toEqual([]);
        const isCanary = (byte: number): boolean => byte === CANARY;
        expect(memory.bytes.subarray(READABLE, WRITABLE).every(isCanary)).toBe(true);
        expect(memory.bytes.subarray(WRITABLE + ZONE_BYTES).every(isCanary)).toBe(true);

        // Well or broken, nothing in between: a broken device leaves memory alone, and a reset heals it.
        const before = memory.bytes.slice();
        const isBroken = driver.needsReset;
        driver.notify(0);
        expect(isBroken && Buffer.compare(memory.bytes, before) !== 0).toBe(false);
        driver.start(FEATURES[kind], []);
        expect(driver.needsReset).toBe(false);
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(Math.min(seen.broken, seen.answered)).toBeGreaterThan(50);
  });

  it('in raw bytes, over everything the driver owns, is survived too', () => {
    const noise = fc.uint8Array({ minLength: 0x200, maxLength: 0x200 });
    const steps = fc.array(fc.record({ noise, queue: fc.nat(2) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(steps, (steps) => {
        const { driver, memory, queue } = startNoisy(kind);
        for (const step of steps) {
          memory.bytes.set(step.noise, queue.descriptorArea);
          driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, step.queue);
        }
        driver.start(FEATURES[kind], []);
        expect(driver.needsReset).toBe(false);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

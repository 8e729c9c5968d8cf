// QueueNotify with and without VIRTIO_F_NOTIFICATION_DATA (virtio 1.2, 2.9 and 4.2.3.3).

import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { RING_KINDS, type RingKind } from '../../test/rigs/queue-rig.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import {
  VIRTIO_F_NOTIFICATION_DATA,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import { VIRTIO_MMIO_QUEUE_NOTIFY } from './mmio-registers.ts';

const TWO_BYTES = { readable: [Uint8Array.of(1, 2)], writable: [2] };
const RING_BITS: Record<RingKind, bigint> = { split: 0n, packed: VIRTIO_F_RING_PACKED };

function start(features: bigint) {
  const device = new MirrorDevice();
  const rig = createRig(device, { rings: 'split-and-packed' });
  const [, second] = rig.driver.start(VIRTIO_F_VERSION_1 | features, [{}, {}]);
  if (second === undefined) throw new Error('two queues');
  return { device, second, ...rig };
}

describe.each(RING_KINDS)('[B1 B15] QueueNotify of a %s ring', (kind) => {
  const ring = RING_BITS[kind];

  it('names the queue in its low half when notification data was negotiated', () => {
    const { device, driver } = start(ring | VIRTIO_F_NOTIFICATION_DATA);
    for (let round = 0; round < 40; round++) {
      expect([...driver.request(1, TWO_BYTES).bytes]).toEqual([2, 1]);
    }
    expect(device.calls.slice(2)).toEqual(Array.from({ length: 40 }, () => 'notify 1'));
  });

  it.each([0x0000_0001, 0x7fff_0001, 0x8000_0001, 0xffff_0001])(
    '[B23] believes nothing else of the data, as in %i',
    (value) => {
      const { driver, second } = start(ring | VIRTIO_F_NOTIFICATION_DATA);
      driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, value);
      expect(second.deviceIndex).toBe(0);
      second.add(TWO_BYTES);
      driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, value);
      driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, value);
      expect(second.deviceIndex).toBe(1);
      expect(driver.needsReset).toBe(false);
    },
  );

  it('is the whole index when it was not', () => {
    const { device, driver } = start(ring);
    for (const value of [0x1_0001, 0x8000_0001, 2]) {
      driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, value);
    }
    expect(device.calls).toEqual(['reset', 'start']);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, 1);
    expect(device.calls.at(-1)).toBe('notify 1');
  });
});

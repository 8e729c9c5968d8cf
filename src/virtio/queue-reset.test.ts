// Reset of one queue (VIRTIO_F_RING_RESET; virtio 1.2, 2.6.1 and 4.2.2), in either ring format.

import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { RING_KINDS, type RingKind } from '../../test/rigs/queue-rig.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_RING_PACKED, VIRTIO_F_RING_RESET, VIRTIO_F_VERSION_1 } from './features.ts';
import {
  VIRTIO_MMIO_INT_VRING,
  VIRTIO_MMIO_QUEUE_READY,
  VIRTIO_MMIO_QUEUE_RESET,
  VIRTIO_MMIO_QUEUE_SEL,
} from './mmio-registers.ts';

const TWO_BYTES = { readable: [Uint8Array.of(1, 2)], writable: [2] };
const FEATURES: Record<RingKind, bigint> = {
  split: VIRTIO_F_VERSION_1 | VIRTIO_F_RING_RESET,
  packed: VIRTIO_F_VERSION_1 | VIRTIO_F_RING_RESET | VIRTIO_F_RING_PACKED,
};

function start(features: bigint) {
  const device = new MirrorDevice();
  const rig = createRig(device, { rings: 'split-and-packed' });
  const [first, second] = rig.driver.start(features, [
    { bufferBytes: 0x1000 },
    { bufferBytes: 0x1000 },
  ]);
  if (first === undefined || second === undefined) throw new Error('two queues');
  const readReset = (index: number) => {
    rig.driver.writeRegister(VIRTIO_MMIO_QUEUE_SEL, index);
    return [VIRTIO_MMIO_QUEUE_RESET, VIRTIO_MMIO_QUEUE_READY].map((register) =>
      rig.driver.readRegister(register),
    );
  };
  return { device, first, second, readReset, ...rig };
}

describe.each(RING_KINDS)('[B8] QueueReset of a %s ring', (kind) => {
  const features = FEATURES[kind];

  it('reads 0 after a device reset and once the queue is ready', () => {
    const { driver, readReset } = start(features);
    expect(readReset(0)).toEqual([0, 1]);
    driver.reset();
    expect(readReset(0)).toEqual([0, 0]);
  });

  it('is over at once: QueueReset and QueueReady read 0, and other queues go on', () => {
    const { driver, readReset } = start(features);
    driver.resetQueue(0);
    expect(readReset(0)).toEqual([0, 0]);
    expect(readReset(1)).toEqual([0, 1]);
    expect([...driver.request(1, TWO_BYTES).bytes]).toEqual([2, 1]);
  });

  it('[B27] forgets what was available: nothing runs or notifies before the queue is ready again', () => {
    const { driver, device, first, line, memory } = start(features);
    first.add(TWO_BYTES);
    driver.resetQueue(0);
    const before = memory.bytes.slice();
    driver.notify(0);
    device.context?.guard(() => device.answer(0));
    expect(device.calls).toEqual(['reset', 'start']);
    expect(device.context?.queue(0)).toBeUndefined();
    expect(line.rises).toBe(0);
    expect(Buffer.compare(memory.bytes, before)).toBe(0);
  });

  it('lets the queue be set up again at another place with another size, from its start', () => {
    const { driver, first } = start(features);
    for (let round = 0; round < 5; round++) driver.request(0, TWO_BYTES);
    driver.resetQueue(0);
    const again = driver.setUpQueue(0, { size: 4, bufferBytes: 0x1000 });
    expect(again.descriptorArea).not.toBe(first.descriptorArea);
    for (let round = 0; round < 9; round++) {
      expect([...driver.request(0, TWO_BYTES).bytes]).toEqual([2, 1]);
    }
    expect(driver.takeInterrupts()).toBe(VIRTIO_MMIO_INT_VRING);
  });

  it('[B27] in the middle of a notification ends the old queue, not the new one', () => {
    const { driver, device, first } = start(features);
    device.onChain = () => {
      device.onChain = () => undefined;
      driver.resetQueue(0);
      const again = driver.setUpQueue(0, { bufferBytes: 0x1000 });
      again.add(TWO_BYTES);
      driver.notify(0);
      expect(again.deviceIndex).toBe(0);
    };
    first.add(TWO_BYTES);
    first.add(TWO_BYTES);
    driver.notify(0);
    expect(first.deviceIndex).toBe(0);
    expect(device.calls).toEqual(['reset', 'start', 'notify 0', 'notify 0']);
    expect([...driver.request(0, TWO_BYTES).bytes]).toEqual([2, 1]);
  });

  it('resets to defaults: a driver that sets up nothing gets a queue at address 0, not the old one', () => {
    const { driver, first, readReset } = start(features);
    first.add(TWO_BYTES);
    driver.resetQueue(0);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_READY, 1);
    expect(readReset(0)).toEqual([0, 1]);
    driver.notify(0);
    expect(first.deviceIndex).toBe(0);
    expect(driver.needsReset).toBe(false);
  });

  it('does nothing without RING_RESET, or when 0 is written, or to a queue that does not exist', () => {
    const without = start(features & ~VIRTIO_F_RING_RESET);
    without.driver.writeRegister(VIRTIO_MMIO_QUEUE_SEL, 0);
    without.driver.writeRegister(VIRTIO_MMIO_QUEUE_RESET, 1);
    expect(without.readReset(0)).toEqual([0, 1]);
    const { driver, readReset } = start(features);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_SEL, 0);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_RESET, 0);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_SEL, 7);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_RESET, 1);
    expect([readReset(0), readReset(1)]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('does not heal a device that needs its reset', () => {
    const { driver, device, first } = start(features);
    first.writeDescriptor(0, { address: 1n << 50n, length: 4, flags: 2, next: 0 });
    first.makeAvailable(0);
    device.onChain = (chain) => chain.writable.write(0, Uint8Array.of(1));
    driver.notify(0);
    driver.resetQueue(0);
    expect(driver.needsReset).toBe(true);
    expect(() => driver.setUpQueue(0, { bufferBytes: 0x1000 })).toThrow('refused');
  });
});

import { describe, expect, it } from 'vitest';
import { FlatMemory } from '../memory/flat-memory.ts';
import { DriverMemory } from '../testing/driver/driver-memory.ts';
import { MirrorDevice } from '../testing/driver/mirror-device.ts';
import { MmioDriver } from '../testing/driver/mmio-driver.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_VERSION_1 } from './features.ts';
import { VIRTIO_MMIO_INT_VRING } from './mmio-registers.ts';
import { MmioTransport } from './mmio-transport.ts';

const RAM_SIZE = 0x4_0000;

describe('MmioTransport', () => {
  it('answers a request through ring and registers', () => {
    const memory = new FlatMemory(RAM_SIZE);
    const transport = new MmioTransport({
      device: new MirrorDevice(),
      memory,
      interruptLine: { setLevel: () => undefined },
    });
    const driver = new MmioDriver(transport, new DriverMemory(memory, 0x1000, 0x3_0000));
    driver.start(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX, [{ size: 4 }]);
    for (let round = 0; round < 20; round++) {
      const used = driver.request(0, {
        readable: [Uint8Array.of(1, 2), Uint8Array.of(round)],
        writable: [1, 2],
        directDescriptors: round % 5,
      });
      expect([...used.bytes]).toEqual([round, 2, 1]);
      expect(used.length).toBe(3);
    }
    expect(driver.takeInterrupts()).toBe(VIRTIO_MMIO_INT_VRING);
    expect(driver.needsReset).toBe(false);
  });
});

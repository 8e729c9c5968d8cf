import { describe, expect, it } from 'vitest';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_VERSION_1 } from '../virtio/features.ts';
import { RogueDevice } from './rogue-device.ts';

function createRogue(): RogueDevice {
  return new RogueDevice({ fillRandom: (target) => target.fill(0x5a) });
}

describe('RogueDevice as an entropy device', () => {
  it('fills what the driver gives it with its source, 4096 bytes at most', () => {
    const { driver } = createRig(createRogue());
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    const small = driver.request(0, { writable: [60, 4] });
    const large = driver.request(0, { writable: [5000] });
    expect(small.length).toBe(64);
    expect(small.bytes.every((byte) => byte === 0x5a)).toBe(true);
    expect(large.length).toBe(4096);
    expect(large.bytes[4096]).toBe(0);
  });

  it('returns a buffer out of reach empty and goes on', () => {
    const { driver } = createRig(createRogue());
    const [queue] = driver.start(VIRTIO_F_VERSION_1, [{}]);
    queue?.writeDescriptor(0, { address: 1n << 40n, length: 64, flags: 2, next: 0 });
    queue?.makeAvailable(0);
    driver.notify(0);
    expect(queue?.deviceIndex).toBe(1);
    expect(driver.needsReset).toBe(false);
  });
});

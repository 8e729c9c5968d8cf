import { describe, expect, it } from 'vitest';
import { FlatMemory } from '../memory/flat-memory.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_VERSION_1 } from '../virtio/features.ts';
import { MAX_ATTACK_BYTES, RogueDevice } from './rogue-device.ts';

const RAM_BYTES = 0x1000;
const SECRET_AT = 0x123;
const SECRET = Uint8Array.of(1, 2, 3, 4);

function createRogue() {
  const memory = new FlatMemory(RAM_BYTES);
  memory.bytes.set(SECRET, SECRET_AT);
  const fillRandom = (target: Uint8Array) => target.fill(0x5a);
  return { memory, rogue: new RogueDevice({ memory, fillRandom }) };
}

describe('RogueDevice as an entropy device', () => {
  it('fills what the driver gives it with its source, 4096 bytes at most', () => {
    const { rogue } = createRogue();
    const { driver } = createRig(rogue);
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    const small = driver.request(0, { writable: [60, 4] });
    const large = driver.request(0, { writable: [5000] });
    expect(small.length).toBe(64);
    expect(small.bytes.every((byte) => byte === 0x5a)).toBe(true);
    expect(large.length).toBe(4096);
    expect(large.bytes[4096]).toBe(0);
  });

  it('returns a buffer out of reach empty and goes on', () => {
    const { rogue } = createRogue();
    const { driver } = createRig(rogue);
    const [queue] = driver.start(VIRTIO_F_VERSION_1, [{}]);
    queue?.writeDescriptor(0, { address: 1n << 40n, length: 64, flags: 2, next: 0 });
    queue?.makeAvailable(0);
    driver.notify(0);
    expect(queue?.deviceIndex).toBe(1);
    expect(driver.needsReset).toBe(false);
  });
});

describe('RogueDevice.attack', () => {
  it('reads anything that its bus lets it', () => {
    const { rogue } = createRogue();
    const attack = { high: 0, low: SECRET_AT, length: 4, access: 'read' } as const;
    expect(rogue.attack(attack)).toEqual({ outcome: 'completed', bytes: SECRET });
  });

  it('writes its pattern over and over', () => {
    const { rogue, memory } = createRogue();
    const pattern = Uint8Array.of(0xba, 0xad);
    const outcome = rogue.attack({ high: 0, low: 0, length: 5, access: 'write', pattern });
    expect(outcome.outcome).toBe('completed');
    expect([...memory.bytes.subarray(0, 6)]).toEqual([0xba, 0xad, 0xba, 0xad, 0xba, 0]);
  });

  it.each(['read', 'write'] as const)('reports a %s that its bus stopped', (access) => {
    const { rogue, memory } = createRogue();
    const outcome = rogue.attack({ high: 0, low: RAM_BYTES - 2, length: 4, access });
    expect(outcome.outcome).toBe('blocked');
    expect(memory.bytes.at(-1)).toBe(0);
  });

  it.each([0, -1, 1.5, MAX_ATTACK_BYTES + 1])('refuses a length of %s', (length) => {
    const { rogue } = createRogue();
    expect(() => rogue.attack({ high: 0, low: 0, length, access: 'read' })).toThrow(RangeError);
  });
});

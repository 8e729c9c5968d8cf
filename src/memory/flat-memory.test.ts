import { describe, expect, it } from 'vitest';
import { BusError } from './address-space.ts';
import { FlatMemory } from './flat-memory.ts';

const SIZE = 0x1000;

describe('FlatMemory', () => {
  it('reads back little-endian words at any alignment', () => {
    const memory = new FlatMemory(SIZE);
    memory.writeU32(0, 1, 0x8765_4321);
    memory.writeU16(0, 0x11, 0xbeef);
    expect(memory.readU32(0, 1)).toBe(0x8765_4321);
    expect(memory.readU16(0, 0x11)).toBe(0xbeef);
    expect([...memory.bytes.subarray(1, 5)]).toEqual([0x21, 0x43, 0x65, 0x87]);
  });

  it.each([
    ['one byte past the end', 0, SIZE - 3, 4],
    ['at the end', 0, SIZE, 1],
    ['above 4 GiB', 1, 0, 1],
  ])('refuses an access %s and writes nothing', (_where, high, low, length) => {
    const memory = new FlatMemory(SIZE);
    expect(() => memory.write(high, low, new Uint8Array(length).fill(0xff))).toThrow(BusError);
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
  });
});

import { beforeAll, describe, expect, it, vi } from 'vitest';
import { MEMORY_MIB, stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { BusError } from '../../memory/address-space.ts';
import { GuestMemory } from './guest-memory.ts';
import type { V86Cpu } from './v86-internals.ts';

const END = MEMORY_MIB << 20;
const HOLE_START = 0xa_0000;
const HOLE_END = 0x10_0000;
const AT = 0x20_0000;

let cpu: V86Cpu;
let memory: GuestMemory;

beforeAll(async () => {
  ({ cpu } = await stoppedEmulator());
  memory = new GuestMemory(cpu);
});

describe('GuestMemory', () => {
  it('is as large as the PC’s RAM', () => {
    expect(memory.size).toBe(END);
  });

  it('is what the CPU sees, both ways', () => {
    memory.write(0, AT, Uint8Array.of(1, 2, 3, 4));
    expect(cpu.read32s(AT)).toBe(0x0403_0201);
    cpu.write32(AT, 0x0807_0605);
    const read = new Uint8Array(4);
    memory.read(0, AT, read);
    expect([...read]).toEqual([5, 6, 7, 8]);
  });

  it('has little-endian words at any alignment, unsigned', () => {
    memory.writeU32(0, AT + 1, 0xfedc_ba98);
    memory.writeU16(0, AT + 7, 0xbeef);
    expect(memory.readU32(0, AT + 1)).toBe(0xfedc_ba98);
    expect(memory.readU16(0, AT + 7)).toBe(0xbeef);
    expect(cpu.read8(AT + 1)).toBe(0x98);
  });

  it.each<[string, number, (at: number) => void]>([
    ['a word of 16 bits', 2, (at) => memory.writeU16(0, at, 1)],
    ['a word of 32 bits', 4, (at) => memory.writeU32(0, at, 1)],
    ['a short block', 3, (at) => memory.write(0, at, new Uint8Array(3))],
    ['a long block', 0x1800, (at) => memory.write(0, at, new Uint8Array(0x1800))],
  ])('has translated code of its pages dropped when %s is written', (_what, length, write) => {
    const drop = vi.spyOn(cpu, 'jit_dirty_cache');
    write(AT);
    expect(drop.mock.calls).toEqual([[AT, AT + length]]);
    drop.mockRestore();
  });

  it.each([
    ['the last bytes', END - 4],
    ['the last before the hole', HOLE_START - 4],
    ['the first behind the hole', HOLE_END],
    ['address 0', 0],
  ])('reaches %s', (_where, address) => {
    memory.writeU32(0, address, 0x1234_5678);
    expect(memory.readU32(0, address)).toBe(0x1234_5678);
  });

  it.each([
    ['one byte beyond the end', 0, END - 3],
    ['at the end', 0, END],
    ['at the end of 32 bits', 0, 0xffff_fffe],
    ['above 4 GiB', 1, AT],
    ['with one byte in the hole', 0, HOLE_START - 3],
    ['amid the hole', 0, 0xc_0000],
    ['with one byte behind the hole', 0, HOLE_END - 3],
  ])('refuses four bytes %s, and writes none of them', (_where, high, low) => {
    const before = low < END - 8 ? cpu.read32s(low - 4) : undefined;
    expect(() => memory.write(high, low, new Uint8Array(4).fill(0xff))).toThrow(BusError);
    expect(() => memory.read(high, low, new Uint8Array(4))).toThrow(BusError);
    expect(() => memory.readU32(high, low)).toThrow(BusError);
    expect(() => memory.writeU32(high, low, 0)).toThrow(BusError);
    expect(low < END - 8 ? cpu.read32s(low - 4) : undefined).toBe(before);
  });

  it('refuses a block that spans the hole', () => {
    expect(() => memory.read(0, HOLE_START - 1, new Uint8Array(0x6_0002))).toThrow(BusError);
  });
});

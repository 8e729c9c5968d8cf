import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eduRig, MEMORY_AND_MASTER, pattern } from '../../test/rigs/edu-rig.ts';
import { PCI_COMMAND } from '../pci/config-layout.ts';
import { EDU_WORK_MS } from './edu-device.ts';
import * as at from './edu-registers.ts';

const FLR = 0x5c;
const MSI = 0x40;
const MESSAGE_ADDRESS = 0x3000;

describe('the registers of edu', () => {
  it('tells what it is, as QEMU does', () => {
    const { read, edu } = eduRig();

    expect(read(at.EDU_IDENTIFICATION)).toBe(0x0100_00ed);
    expect(edu.pci.readConfig(0, 4)).toBe(0x11e8_1234);
    expect(edu.pci.readConfig(8, 4)).toBe(0x00ff_0010);
  });

  it('gives back what was written, each bit the other way', () => {
    const { read, write } = eduRig();

    write(at.EDU_LIVENESS, 0x1234_5678);

    expect(read(at.EDU_LIVENESS)).toBe(0xedcb_a987);
  });

  it('answers nobody while its memory is off', () => {
    const { edu, read, write } = eduRig();
    edu.pci.writeConfig(PCI_COMMAND, 2, 0);

    write(at.EDU_LIVENESS, 1);

    expect(read(at.EDU_IDENTIFICATION)).toBe(0xffff_ffff);
    edu.pci.writeConfig(PCI_COMMAND, 2, MEMORY_AND_MASTER);
    expect(read(at.EDU_LIVENESS)).toBe(0);
  });

  it.each([
    ['a byte', at.EDU_LIVENESS, 1],
    ['a byte of a 64-bit register', at.EDU_DMA_SOURCE, 1],
    ['a word across two', at.EDU_LIVENESS + 2, 4],
  ])('neither reads nor takes %s', (_what, offset, width) => {
    const { edu } = eduRig();
    const before = edu.save();

    edu.write(offset, width, 0);

    expect(edu.read(offset, width)).toBe(width === 1 ? 0xff : 0xffff_ffff);
    expect(edu.save()).toEqual(before);
  });

  it.each([
    ['raise', at.EDU_INTERRUPT_RAISE],
    ['acknowledge', at.EDU_INTERRUPT_ACKNOWLEDGE],
    ['a place without a register', 0x2c],
    ['the buffer', at.EDU_BUFFER_ADDRESS],
    ['the end of the window', at.EDU_WINDOW_BYTES - 4],
  ])('has nothing to read at %s', (_what, offset) => {
    expect(eduRig().read(offset)).toBe(0xffff_ffff);
  });

  it('keeps 64-bit registers, of which the lower half clears the upper', () => {
    const { read, write } = eduRig();

    write(at.EDU_DMA_SOURCE, 0x1111_1111);
    write(at.EDU_DMA_SOURCE + 4, 0x2222_2222);
    expect([read(at.EDU_DMA_SOURCE), read(at.EDU_DMA_SOURCE + 4)]).toEqual([
      0x1111_1111, 0x2222_2222,
    ]);
    write(at.EDU_DMA_SOURCE, 0x3333_3333);
    expect([read(at.EDU_DMA_SOURCE), read(at.EDU_DMA_SOURCE + 4)]).toEqual([0x3333_3333, 0]);
  });
});

describe('a factorial', () => {
  it.each([
    [0, 1],
    [1, 1],
    [5, 120],
    [12, 479_001_600],
    [13, 1_932_053_504],
    [33, 0x8000_0000],
    [34, 0],
    [0xffff_ffff, 0],
  ])('of %i is %i, modulo 2^32', (value, factorial) => {
    const { read, write, wait } = eduRig();

    write(at.EDU_FACTORIAL, value);
    wait(EDU_WORK_MS);

    expect(read(at.EDU_FACTORIAL)).toBe(factorial);
  });

  it('is busy until it is there, and takes no other number', () => {
    const { read, write, wait } = eduRig();
    write(at.EDU_FACTORIAL, 5);
    write(at.EDU_FACTORIAL, 6);

    expect([read(at.EDU_STATUS), read(at.EDU_FACTORIAL)]).toEqual([at.EDU_STATUS_COMPUTING, 5]);
    expect(wait(EDU_WORK_MS)).toBe(Infinity);
    expect([read(at.EDU_STATUS), read(at.EDU_FACTORIAL)]).toEqual([0, 120]);
  });

  it('is found by a driver that does nothing but look', () => {
    const { clock, read, write } = eduRig();
    write(at.EDU_FACTORIAL, 4);

    clock.nowMs = EDU_WORK_MS;

    expect(read(at.EDU_STATUS)).toBe(0);
    expect(read(at.EDU_FACTORIAL)).toBe(24);
  });

  it.each([
    [0, 0],
    [at.EDU_STATUS_INTERRUPT, at.EDU_INTERRUPT_FACTORIAL],
    [0xff, at.EDU_INTERRUPT_FACTORIAL],
  ])('with status %i ends with the interrupts %i', (status, interrupts) => {
    const { read, write, wait } = eduRig();
    write(at.EDU_STATUS, status);

    write(at.EDU_FACTORIAL, 3);
    wait(EDU_WORK_MS);

    expect(read(at.EDU_INTERRUPT_STATUS)).toBe(interrupts);
  });
});

describe('an interrupt of edu', () => {
  it('stays until all of it is acknowledged', () => {
    const { levels, read, write } = eduRig();

    write(at.EDU_INTERRUPT_RAISE, 0x8000_0011);
    expect(read(at.EDU_INTERRUPT_STATUS)).toBe(0x8000_0011);
    write(at.EDU_INTERRUPT_ACKNOWLEDGE, 0x10);
    expect([levels, read(at.EDU_INTERRUPT_STATUS)]).toEqual([[true], 0x8000_0001]);
    write(at.EDU_INTERRUPT_ACKNOWLEDGE, 0xffff_ffff);
    expect([levels, read(at.EDU_INTERRUPT_STATUS)]).toEqual([[true, false], 0]);
  });

  it('that raises nothing is none', () => {
    const { levels, write } = eduRig();

    write(at.EDU_INTERRUPT_RAISE, 0);

    expect(levels).toEqual([]);
  });

  it('is a message where messages are enabled, each time', () => {
    const { edu, memory, levels, write } = eduRig();
    edu.pci.writeConfig(MSI + 4, 4, MESSAGE_ADDRESS);
    edu.pci.writeConfig(MSI + 12, 2, 0x4031);
    edu.pci.writeConfig(MSI + 2, 2, 1);

    write(at.EDU_INTERRUPT_RAISE, 1);
    memory.writeU32(0, MESSAGE_ADDRESS, 0);
    write(at.EDU_INTERRUPT_RAISE, 1);

    expect(memory.readU32(0, MESSAGE_ADDRESS)).toBe(0x4031);
    expect(levels).toEqual([]);
  });
});

describe('edu', () => {
  it('forgets everything at its reset, a transfer under way included', () => {
    const { edu, memory, levels, read, write, wait, load } = eduRig();
    const fresh = eduRig().edu.save();
    memory.bytes.fill(1);
    load(0, 16);
    wait(EDU_WORK_MS);
    write(at.EDU_LIVENESS, 1);
    write(at.EDU_STATUS, at.EDU_STATUS_INTERRUPT);
    write(at.EDU_FACTORIAL, 5);
    write(at.EDU_INTERRUPT_RAISE, 1);
    load(0, 16);

    edu.pci.writeConfig(FLR, 1, 1);
    edu.pci.writeConfig(PCI_COMMAND, 2, MEMORY_AND_MASTER);

    expect(edu.save()).toEqual(fresh);
    expect([wait(EDU_WORK_MS), memory.accesses.length, levels.at(-1)]).toEqual([
      Infinity,
      1,
      false,
    ]);
    expect(read(at.EDU_INTERRUPT_STATUS)).toBe(0);
  });

  it('goes on in another device as it would have here', () => {
    const { edu, memory, write, load } = eduRig();
    memory.bytes.set(pattern(64));
    load(0, 64);
    write(at.EDU_FACTORIAL, 7);
    write(at.EDU_STATUS, at.EDU_STATUS_INTERRUPT);
    write(at.EDU_LIVENESS, 5);

    const other = eduRig();
    other.edu.restore(edu.save());
    expect(other.edu.save()).toEqual(edu.save());
    other.memory.bytes.set(pattern(64));
    other.wait(EDU_WORK_MS);
    other.store(0x100, 64);
    other.wait(EDU_WORK_MS);

    expect(other.memory.bytes.slice(0x100, 0x140)).toEqual(pattern(64));
    expect([other.read(at.EDU_FACTORIAL), other.levels]).toEqual([5040, [true]]);
  });

  it('refuses a state that is not whole', () => {
    const { edu } = eduRig();
    const state = edu.save();
    const part = { registers: state.transfer.registers, buffer: new Uint8Array(8) };

    expect(() => edu.restore({ ...state, transfer: part })).toThrow(/not whole/);
    expect(() => edu.restore({ ...state, pci: { config: new Uint8Array(1) } })).toThrow(
      /256 bytes/,
    );
  });

  const offset = fc.oneof(
    fc.constantFrom(0x08, 0x20, 0x60, 0x64, 0x80, 0x84, 0x88, 0x8c, 0x90, 0x94, 0x98, 0x9c),
    fc.nat(0xf_ffff),
  );
  const value = fc.oneof(
    fc.constantFrom(0, 1, 3, 7, 0x10, 0x4_0000, 0x4_0ff0, 0xffff_ffff),
    fc.nat({ max: 0xffff_ffff }),
  );
  const step = fc.record({
    what: fc.constantFrom('write', 'read', 'config', 'wait'),
    offset,
    width: fc.constantFrom(1, 4, 4),
    value,
  });

  it('bears whatever a guest does: one access a millisecond at most, of 4 KiB at most', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { edu, memory, clock } = eduRig();
        let waits = 0;
        for (const each of steps) {
          if (each.what === 'write') edu.write(each.offset, each.width, each.value);
          else if (each.what === 'read') {
            const read = edu.read(each.offset, each.width);
            expect(read >= 0 && read <= 0xffff_ffff && Number.isInteger(read)).toBe(true);
          } else if (each.what === 'config') {
            edu.pci.writeConfig(each.offset & 0xff, each.width, each.value);
          } else {
            clock.nowMs += EDU_WORK_MS / 2;
            waits += 1;
            expect(edu.pass(clock.nowMs)).toBeGreaterThan(0);
          }
        }
        expect(memory.accesses.length).toBeLessThanOrEqual(waits / 2);
        expect(memory.accesses.every(({ length }) => length <= 0x1000)).toBe(true);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { eduRig, pattern, RAM_BYTES } from '../../test/rigs/edu-rig.ts';
import { PCI_COMMAND, PCI_STATUS } from '../pci/config-layout.ts';
import { EDU_WORK_MS } from './edu-device.ts';
import * as at from './edu-registers.ts';

const REC_MASTER_ABORT = 0x2000;

describe('a transfer', () => {
  it('moves bytes to the buffer and from there, when its time is over', () => {
    const { memory, starts, read, wait, load, store } = eduRig();
    memory.bytes.set(pattern(0x1000), 0x800);

    load(0x800, 0x1000);
    expect([read(at.EDU_DMA_COMMAND), memory.accesses]).toEqual([at.EDU_DMA_RUN, []]);
    expect(wait(EDU_WORK_MS / 2)).toBe(EDU_WORK_MS / 2);
    wait(EDU_WORK_MS / 2);
    expect(read(at.EDU_DMA_COMMAND)).toBe(0);
    store(0x2000, 0x1000);
    wait(EDU_WORK_MS);

    expect(memory.bytes.slice(0x2000, 0x3000)).toEqual(pattern(0x1000));
    expect(memory.accesses).toEqual([
      { kind: 'read', address: 0x800n, length: 0x1000 },
      { kind: 'write', address: 0x2000n, length: 0x1000 },
    ]);
    expect(starts).toEqual([0, EDU_WORK_MS]);
  });

  it('moves a part of the buffer', () => {
    const { memory, wait, load, store } = eduRig();
    memory.bytes.set([1, 2, 3, 4], 0x10);

    load(0x10, 4, 0xffc);
    wait(EDU_WORK_MS);
    store(0x20, 3, 0xffd);
    wait(EDU_WORK_MS);

    expect([...memory.bytes.subarray(0x1f, 0x25)]).toEqual([0, 2, 3, 4, 0, 0]);
  });

  it('takes nothing new while it is under way', () => {
    const { memory, starts, write, wait, load } = eduRig();
    memory.bytes.set(pattern(16), 0x100);
    load(0x100, 16);

    write(at.EDU_DMA_SOURCE, 0x200);
    write(at.EDU_DMA_COUNT, 4);
    write(at.EDU_DMA_COMMAND, at.EDU_DMA_RUN | at.EDU_DMA_TO_MEMORY);
    wait(EDU_WORK_MS);

    expect(memory.accesses).toEqual([{ kind: 'read', address: 0x100n, length: 16 }]);
    expect(starts).toHaveLength(1);
  });

  it('does not begin without its start bit', () => {
    const { memory, starts, read, wait, transfer } = eduRig();

    transfer(0x100, at.EDU_BUFFER_ADDRESS, 16, at.EDU_DMA_TO_MEMORY | at.EDU_DMA_INTERRUPT);
    wait(EDU_WORK_MS);

    expect([memory.accesses, starts, read(at.EDU_DMA_COMMAND)]).toEqual([[], [], 0]);
  });

  it('raises its interrupt at its end, if that is wanted', () => {
    const { levels, read, wait, transfer } = eduRig();

    transfer(0x100, at.EDU_BUFFER_ADDRESS, 16, at.EDU_DMA_RUN | at.EDU_DMA_INTERRUPT);
    expect(levels).toEqual([]);
    wait(EDU_WORK_MS);

    expect([levels, read(at.EDU_INTERRUPT_STATUS)]).toEqual([[true], at.EDU_INTERRUPT_DMA]);
  });

  it.each([
    ['with as many address bits as QEMU has', undefined, 0x100n],
    ['with all 64', 0xffff_ffff_ffff_ffffn, 0x2222_2222_f000_0100n],
  ])('masks the address %s', (_what, mask, address) => {
    const { memory, write, wait } = eduRig(mask);
    write(at.EDU_DMA_SOURCE, 0xf000_0100);
    write(at.EDU_DMA_SOURCE + 4, 0x2222_2222);
    write(at.EDU_DMA_DESTINATION, at.EDU_BUFFER_ADDRESS);
    write(at.EDU_DMA_COUNT, 16);

    write(at.EDU_DMA_COMMAND, at.EDU_DMA_RUN);
    wait(EDU_WORK_MS);

    expect(memory.accesses).toEqual([{ kind: 'read', address, length: 16 }]);
  });

  it.each([
    ['ends behind the buffer', at.EDU_BUFFER_ADDRESS + 1, 0x1000, 0, 0],
    ['begins before it', at.EDU_BUFFER_ADDRESS - 1, 2, 0, 0],
    ['begins elsewhere', 0x100, 2, 0, 0],
    ['is empty', at.EDU_BUFFER_ADDRESS, 0, 0, 0],
    ['is as long as can be said in a word', at.EDU_BUFFER_ADDRESS, 0xffff_ffff, 0, 0],
    ['is 2^32 bytes long', at.EDU_BUFFER_ADDRESS, 0, 0, 1],
    ['lies above 2^32', at.EDU_BUFFER_ADDRESS, 4, 1, 0],
  ])('that %s makes no access and ends', (_what, buffer, count, bufferHigh, countHigh) => {
    const { memory, read, write, wait } = eduRig();
    write(at.EDU_DMA_DESTINATION, buffer);
    write(at.EDU_DMA_DESTINATION + 4, bufferHigh);
    write(at.EDU_DMA_COUNT, count);
    write(at.EDU_DMA_COUNT + 4, countHigh);

    write(at.EDU_DMA_COMMAND, at.EDU_DMA_RUN | at.EDU_DMA_INTERRUPT);
    wait(EDU_WORK_MS);

    expect([memory.accesses, read(at.EDU_DMA_COMMAND) & at.EDU_DMA_RUN]).toEqual([[], 0]);
    expect(read(at.EDU_INTERRUPT_STATUS)).toBe(at.EDU_INTERRUPT_DMA);
  });

  it('that is refused reads ones, and is a master abort', () => {
    const { edu, memory, wait, load, store } = eduRig();
    load(RAM_BYTES - 2, 4);
    wait(EDU_WORK_MS);
    expect(edu.pci.readConfig(PCI_STATUS, 2) & REC_MASTER_ABORT).not.toBe(0);

    store(0x10, 6);
    wait(EDU_WORK_MS);

    expect([...memory.bytes.subarray(0x10, 0x16)]).toEqual([0xff, 0xff, 0xff, 0xff, 0, 0]);
  });

  it('that is refused writes nothing, and the next one works', () => {
    const { edu, memory, read, wait, store } = eduRig();
    memory.bytes.fill(0x77);

    store(RAM_BYTES - 2, 4);
    wait(EDU_WORK_MS);
    expect(memory.bytes.every((byte) => byte === 0x77)).toBe(true);
    expect(edu.pci.readConfig(PCI_STATUS, 2) & REC_MASTER_ABORT).not.toBe(0);
    store(0, 4);
    wait(EDU_WORK_MS);

    expect([memory.readU32(0, 0), read(at.EDU_DMA_COMMAND) & at.EDU_DMA_RUN]).toEqual([0, 0]);
  });

  it('begins no access while bus mastering is off, which is no abort', () => {
    const { edu, memory, read, wait, load } = eduRig();
    edu.pci.writeConfig(PCI_COMMAND, 2, 0x2);

    load(0, 16);
    wait(EDU_WORK_MS);

    expect([memory.accesses, read(at.EDU_DMA_COMMAND)]).toEqual([[], 0]);
    expect(edu.pci.readConfig(PCI_STATUS, 2) & REC_MASTER_ABORT).toBe(0);
  });
});

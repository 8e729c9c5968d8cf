// The edu device alone, as its driver sees it.

import { FlatMemory } from '../../src/memory/flat-memory.ts';
import { PCI_COMMAND } from '../../src/pci/config-layout.ts';
import { EduDevice } from '../../src/endpoints/edu-device.ts';
import * as at from '../../src/endpoints/edu-registers.ts';

export const RAM_BYTES = 0x4000;
export const MEMORY_AND_MASTER = 0x6;

interface Access {
  readonly kind: 'read' | 'write';
  readonly address: bigint;
  readonly length: number;
}

/** RAM that notes what is done to it. */
class NotedMemory extends FlatMemory {
  readonly accesses: Access[] = [];

  override read(high: number, low: number, target: Uint8Array): void {
    this.#note('read', high, low, target.length);
    super.read(high, low, target);
  }

  override write(high: number, low: number, source: Uint8Array): void {
    this.#note('write', high, low, source.length);
    super.write(high, low, source);
  }

  #note(kind: Access['kind'], high: number, low: number, length: number): void {
    this.accesses.push({ kind, address: (BigInt(high) << 32n) | BigInt(low), length });
  }
}

/** The device over RAM, its memory and bus mastering on, at a time of the test's. */
export function eduRig(dmaMask?: bigint) {
  const memory = new NotedMemory(RAM_BYTES);
  const levels: boolean[] = [];
  const clock = { nowMs: 0, read: () => clock.nowMs };
  const starts: number[] = [];
  const edu = new EduDevice({
    address: 0xfb00_0000,
    memory,
    pin: { setLevel: (level) => void levels.push(level) },
    clock,
    dmaMask,
  });
  edu.onStart = () => void starts.push(clock.nowMs);
  edu.pci.writeConfig(PCI_COMMAND, 2, MEMORY_AND_MASTER);
  const read = (offset: number): number => edu.read(offset, 4);
  const write = (offset: number, value: number): void => edu.write(offset, 4, value);
  const wait = (ms: number): number => {
    clock.nowMs += ms;
    return edu.pass(clock.nowMs);
  };
  const transfer = (source: number, destination: number, count: number, command: number): void => {
    write(at.EDU_DMA_SOURCE, source);
    write(at.EDU_DMA_DESTINATION, destination);
    write(at.EDU_DMA_COUNT, count);
    write(at.EDU_DMA_COMMAND, command);
  };
  const load = (address: number, count: number, offset = 0): void =>
    transfer(address, at.EDU_BUFFER_ADDRESS + offset, count, at.EDU_DMA_RUN);
  const store = (address: number, count: number, offset = 0): void =>
    transfer(at.EDU_BUFFER_ADDRESS + offset, address, count, at.EDU_DMA_RUN | at.EDU_DMA_TO_MEMORY);
  return { edu, memory, levels, clock, starts, read, write, wait, transfer, load, store };
}

/** Bytes whose pattern does not repeat in a page. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) * 13 + 1) & 0xff);
}

// What a watch sees of writes, with RAM behind ports of our own.

import { describe, expect, it } from 'vitest';
import { LoopMemory } from '../../test/rigs/loop-memory.ts';
import { BusError, type AddressSpace, type PhysicalMemory } from '../memory/address-space.ts';
import type { Address, Iova } from '../memory/address.ts';
import { DmaWatch, type SeenWrite } from './dma-watch.ts';

const ENDPOINT = 7;
const PAGE = 0x1000;

/** A port that puts every page of the device's somewhere else, and stops accesses above 4 GiB. */
class ScatterPort implements AddressSpace<Iova> {
  readonly #memory: PhysicalMemory;
  readonly #onFault: () => void;

  constructor(memory: PhysicalMemory, onFault: () => void = () => undefined) {
    this.#memory = memory;
    this.#onFault = onFault;
  }

  read(_high: number, low: number, target: Uint8Array): void {
    this.#memory.read(0, this.#place(low), target);
  }

  readU16(_high: number, low: number): number {
    return this.#memory.readU16(0, this.#place(low));
  }

  readU32(_high: number, low: number): number {
    return this.#memory.readU32(0, this.#place(low));
  }

  write(high: number, low: number, source: Uint8Array): void {
    if (high > 0) {
      this.#onFault();
      throw new BusError('stopped');
    }
    for (let from = 0; from < source.length;) {
      const to = Math.min(source.length, from + PAGE - ((low + from) % PAGE));
      this.#memory.write(0, this.#place(low + from), source.subarray(from, to));
      from = to;
    }
  }

  writeU16(_high: number, low: number, value: number): void {
    this.#memory.writeU16(0, this.#place(low), value);
  }

  writeU32(_high: number, low: number, value: number): void {
    this.#memory.writeU32(0, this.#place(low), value);
  }

  #place(low: number): number {
    return low ^ 0x3000;
  }
}

function watchRam() {
  const seen: SeenWrite[] = [];
  const watch = new DmaWatch((write) => seen.push(write));
  const memory = watch.memory(new LoopMemory(0x10000));
  const view = (endpoint: number | null, space: AddressSpace<Address>) =>
    watch.view(endpoint, space);
  return { seen, memory, view };
}

describe('a DMA watch', () => {
  it('tells each stretch of RAM that a write ends in, and which of its bytes', () => {
    const { seen, memory, view } = watchRam();
    view(ENDPOINT, new ScatterPort(memory)).write(0, 0x1ff0, new Uint8Array(0x1020));
    expect(seen).toEqual([
      { endpoint: ENDPOINT, high: 0, low: 0x1ff0, address: 0x2ff0, length: 0x10 },
      { endpoint: ENDPOINT, high: 0, low: 0x2000, address: 0x1000, length: 0x1000 },
      { endpoint: ENDPOINT, high: 0, low: 0x3000, address: 0, length: 0x10 },
    ]);
  });

  it('tells words, and no reads', () => {
    const { seen, memory, view } = watchRam();
    const device = view(ENDPOINT, new ScatterPort(memory));
    device.writeU16(0, 0x1004, 0xabcd);
    device.writeU32(0, 0x1008, 0x12345678);
    expect([device.readU16(0, 0x1004), device.readU32(0, 0x1008)]).toEqual([0xabcd, 0x12345678]);
    device.read(0, 0x1000, new Uint8Array(16));
    expect(seen.map(({ low, address, length }) => [low, address, length])).toEqual([
      [0x1004, 0x2004, 2],
      [0x1008, 0x2008, 4],
    ]);
  });

  it('tells nothing of a write that was stopped, but what the IOMMU wrote about it', () => {
    const { seen, memory, view } = watchRam();
    const iommu = view(null, memory);
    const port = new ScatterPort(memory, () => iommu.writeU32(0, 0x5000, 1));
    const device = view(ENDPOINT, port);
    expect(() => device.write(1, 0x1000, new Uint8Array(4))).toThrow(BusError);
    expect(seen).toEqual([{ endpoint: null, high: 0, low: 0x5000, address: 0x5000, length: 4 }]);
    device.write(0, 0x1000, new Uint8Array(4));
    expect(seen.at(-1)).toMatchObject({ endpoint: ENDPOINT, low: 0x1000, address: 0x2000 });
  });

  it('tells nothing of a write outside RAM', () => {
    const { seen, memory, view } = watchRam();
    expect(() => view(ENDPOINT, memory).write(0, 0x10000, new Uint8Array(1))).toThrow(BusError);
    expect(seen).toEqual([]);
  });
});

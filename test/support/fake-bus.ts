// An endpoint's bus as a test wants it: 1 MiB of memory at IOVA 0, and accesses that are refused on demand.

import { BusError, type AddressSpace } from '../../src/memory/address-space.ts';
import type { Iova } from '../../src/memory/address.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';

const BUS_BYTES = 0x10_0000;

export class FakeBus implements AddressSpace<Iova> {
  readonly memory = new FlatMemory(BUS_BYTES);
  /** Accesses that begin in this page fault; undefined: none. */
  faultingPage: number | undefined;
  /** Words and blocks that the device read. */
  reads = 0;

  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#enter(low);
    this.memory.read(high, low, target);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#enter(low);
    this.memory.write(high, low, source);
  }

  readU16(high: number, low: number): number {
    this.#enter(low);
    return this.memory.readU16(high, low);
  }

  readU32(high: number, low: number): number {
    this.#enter(low);
    return this.memory.readU32(high, low);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#enter(low);
    this.memory.writeU16(high, low, value);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#enter(low);
    this.memory.writeU32(high, low, value);
  }

  #enter(low: number): void {
    this.reads++;
    if (low >>> 12 === this.faultingPage) throw new BusError('this page is not mapped');
  }
}

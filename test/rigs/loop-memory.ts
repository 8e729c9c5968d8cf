// Guest RAM that allocates nothing, whatever is read or written: FlatMemory makes a view of what is read.

import { BusError, type PhysicalMemory } from '../../src/memory/address-space.ts';
import type { Gpa } from '../../src/memory/address.ts';

export class LoopMemory implements PhysicalMemory {
  declare readonly addressKind?: Gpa;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  contains(high: number, low: number, length: number): boolean {
    return high === 0 && low + length <= this.bytes.length;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#check(high, low, target.length);
    for (let index = 0; index < target.length; index += 1) {
      target[index] = this.bytes[low + index] ?? 0;
    }
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#check(high, low, source.length);
    this.bytes.set(source, low);
  }

  readU16(high: number, low: number): number {
    this.#check(high, low, 2);
    return this.view.getUint16(low, true);
  }

  readU32(high: number, low: number): number {
    this.#check(high, low, 4);
    return this.view.getUint32(low, true);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#check(high, low, 2);
    this.view.setUint16(low, value, true);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#check(high, low, 4);
    this.view.setUint32(low, value, true);
  }

  #check(high: number, low: number, length: number): void {
    if (!this.contains(high, low, length)) throw new BusError('outside RAM');
  }
}

// A plain block of guest RAM from address 0: what the tests and the device on its own run in.

import { BusError, type PhysicalMemory } from './address-space.ts';
import type { Gpa } from './address.ts';

/** RAM of a fixed size at guest-physical address 0; any access beyond its end is a `BusError`. */
export class FlatMemory implements PhysicalMemory {
  declare readonly addressKind?: Gpa;
  /** The bytes themselves, for tests that look behind the bus. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  contains(high: number, low: number, length: number): boolean {
    return high === 0 && low + length <= this.bytes.length;
  }

  read(high: number, low: number, target: Uint8Array): void {
    const offset = this.#offset(high, low, target.length);
    target.set(this.bytes.subarray(offset, offset + target.length));
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.bytes.set(source, this.#offset(high, low, source.length));
  }

  readU16(high: number, low: number): number {
    return this.#view.getUint16(this.#offset(high, low, 2), true);
  }

  readU32(high: number, low: number): number {
    return this.#view.getUint32(this.#offset(high, low, 4), true);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#view.setUint16(this.#offset(high, low, 2), value, true);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#view.setUint32(this.#offset(high, low, 4), value, true);
  }

  #offset(high: number, low: number, length: number): number {
    if (!this.contains(high, low, length)) {
      throw new BusError(`guest-physical access outside RAM, ${length} bytes`);
    }
    return low;
  }
}

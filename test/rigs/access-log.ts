// Guest RAM that remembers what a device did to it.

import type { AddressSpace } from '../../src/memory/address-space.ts';
import type { Gpa } from '../../src/memory/address.ts';
import type { FlatMemory } from '../../src/memory/flat-memory.ts';

/** One access that succeeded. */
export interface LoggedAccess {
  readonly kind: 'read' | 'write';
  readonly address: number;
  readonly length: number;
}

/** Passes every access on and writes it down. */
export class AccessLog implements AddressSpace<Gpa> {
  readonly accesses: LoggedAccess[] = [];
  readonly #ram: FlatMemory;

  constructor(ram: FlatMemory) {
    this.#ram = ram;
  }

  /** Every byte that was read or written. */
  touched(kind: LoggedAccess['kind']): Set<number> {
    const bytes = new Set<number>();
    for (const access of this.accesses) {
      if (access.kind !== kind) continue;
      for (let index = 0; index < access.length; index++) bytes.add(access.address + index);
    }
    return bytes;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#ram.read(high, low, target);
    this.#note('read', low, target.length);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#ram.write(high, low, source);
    this.#note('write', low, source.length);
  }

  readU16(high: number, low: number): number {
    const value = this.#ram.readU16(high, low);
    this.#note('read', low, 2);
    return value;
  }

  readU32(high: number, low: number): number {
    const value = this.#ram.readU32(high, low);
    this.#note('read', low, 4);
    return value;
  }

  writeU16(high: number, low: number, value: number): void {
    this.#ram.writeU16(high, low, value);
    this.#note('write', low, 2);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#ram.writeU32(high, low, value);
    this.#note('write', low, 4);
  }

  #note(kind: LoggedAccess['kind'], address: number, length: number): void {
    this.accesses.push({ kind, address, length });
  }
}

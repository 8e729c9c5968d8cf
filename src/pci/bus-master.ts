// A function's way to memory, which its driver opens and shuts (PCI Local Bus 3.0, 6.2.2, command bit 2).

import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';

/** Memory as a function sees it: while its bus mastering is off it can begin no access, and each is a `BusError`. */
export class BusMaster implements AddressSpace<Address> {
  readonly #memory: AddressSpace<Address>;
  readonly #isOn: () => boolean;

  constructor(memory: AddressSpace<Address>, isOn: () => boolean) {
    this.#memory = memory;
    this.#isOn = isOn;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#begin().read(high, low, target);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#begin().write(high, low, source);
  }

  readU16(high: number, low: number): number {
    return this.#begin().readU16(high, low);
  }

  readU32(high: number, low: number): number {
    return this.#begin().readU32(high, low);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#begin().writeU16(high, low, value);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#begin().writeU32(high, low, value);
  }

  #begin(): AddressSpace<Address> {
    if (!this.#isOn()) throw new BusError('bus mastering of the function is off');
    return this.#memory;
  }
}

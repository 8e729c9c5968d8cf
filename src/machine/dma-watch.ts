// Looks on while devices write into guest RAM. Only a board that is built for a search has one: it stands between a device
// and its port, where it learns who writes and to which IOVA, and between the ports and RAM, where it learns what became of
// it.

import { addHigh, addLow } from '../base/words.ts';
import type { AddressSpace, PhysicalMemory } from '../memory/address-space.ts';
import type { Address, Gpa } from '../memory/address.ts';

/** A stretch of RAM that a device has written. */
export interface SeenWrite {
  /** ID of the endpoint; null: the IOMMU itself. */
  readonly endpoint: number | null;
  /** The address that the device gave for the first byte, as halves. */
  readonly high: number;
  readonly low: number;
  /** Guest-physical. */
  readonly address: number;
  readonly length: number;
}

/** A write under way: its next byte in RAM is this one of the device's. */
interface Write {
  readonly endpoint: number | null;
  readonly high: number;
  readonly low: number;
  /** Bytes that have reached RAM. */
  done: number;
}

export class DmaWatch {
  readonly #onWrite: (write: SeenWrite) => void;
  #current: Write | undefined;

  /** `onWrite` is called after each stretch was written, in the order of the writes. */
  constructor(onWrite: (write: SeenWrite) => void) {
    this.#onWrite = onWrite;
  }

  /** RAM for ports, and for devices that have none. */
  memory(memory: PhysicalMemory): PhysicalMemory {
    return new WatchedMemory(memory, (address, length) => this.#take(address, length));
  }

  /** What a device sees, which ends in `memory`. */
  view<A extends Address>(endpoint: number | null, space: AddressSpace<A>): AddressSpace<A> {
    return new WatchedView(space, (high, low, write) => {
      // A fault of one device has the IOMMU write to its event queue meanwhile.
      const outer = this.#current;
      this.#current = { endpoint, high, low, done: 0 };
      try {
        write();
      } finally {
        this.#current = outer;
      }
    });
  }

  #take(address: number, length: number): void {
    const write = this.#current;
    if (write === undefined) return;
    const { endpoint, done } = write;
    const [high, low] = [addHigh(write.high, write.low, done), addLow(write.low, done)];
    write.done += length;
    this.#onWrite({ endpoint, high, low, address, length });
  }
}

class WatchedMemory implements PhysicalMemory {
  declare readonly addressKind?: Gpa;
  readonly #memory: PhysicalMemory;
  readonly #onWrite: (address: number, length: number) => void;

  constructor(memory: PhysicalMemory, onWrite: (address: number, length: number) => void) {
    this.#memory = memory;
    this.#onWrite = onWrite;
  }

  contains(high: number, low: number, length: number): boolean {
    return this.#memory.contains(high, low, length);
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#memory.read(high, low, target);
  }

  readU16(high: number, low: number): number {
    return this.#memory.readU16(high, low);
  }

  readU32(high: number, low: number): number {
    return this.#memory.readU32(high, low);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#memory.write(high, low, source);
    this.#onWrite(low, source.length);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#memory.writeU16(high, low, value);
    this.#onWrite(low, 2);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#memory.writeU32(high, low, value);
    this.#onWrite(low, 4);
  }
}

class WatchedView<A extends Address> implements AddressSpace<A> {
  declare readonly addressKind?: A;
  readonly #space: AddressSpace<A>;
  readonly #during: (high: number, low: number, write: () => void) => void;

  constructor(
    space: AddressSpace<A>,
    during: (high: number, low: number, write: () => void) => void,
  ) {
    this.#space = space;
    this.#during = during;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#space.read(high, low, target);
  }

  readU16(high: number, low: number): number {
    return this.#space.readU16(high, low);
  }

  readU32(high: number, low: number): number {
    return this.#space.readU32(high, low);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#during(high, low, () => this.#space.write(high, low, source));
  }

  writeU16(high: number, low: number, value: number): void {
    this.#during(high, low, () => this.#space.writeU16(high, low, value));
  }

  writeU32(high: number, low: number, value: number): void {
    this.#during(high, low, () => this.#space.writeU32(high, low, value));
  }
}

// Guest RAM of the emulated PC as an AddressSpace: what is behind the IOMMU.

import { BusError, type PhysicalMemory } from '../../memory/address-space.ts';
import type { Gpa } from '../../memory/address.ts';
import { messageData, takesMessage } from './interrupt-message.ts';
import { isZeroPage, PAGE_BYTES } from './memory-pages.ts';
import type { V86Cpu } from './v86-internals.ts';

/** Below 1 MiB a PC maps the VGA window and ROMs over its RAM: no DMA master may reach them. */
const HOLE_START = 0xa0000;
const HOLE_END = 0x100000;

/** Up to this many bytes a loop is faster than a copy, which takes a call and a view. */
const SHORT_LENGTH = 64;

/**
 * RAM of the emulated PC. Accesses outside RAM, or into the hole between 640 KiB and 1 MiB, are a `BusError`.
 * Before a write v86 drops what code it translated from the old bytes, as in its own `write_blob`, which takes
 * several times as long for a few bytes: it reaches RAM through a proxy.
 *
 * A word written where the local APIC listens is an interrupt message, whoever writes it.
 */
export class GuestMemory implements PhysicalMemory {
  declare readonly addressKind?: Gpa;
  readonly #cpu: V86Cpu;
  readonly #size: number;
  #view: DataView;
  #bytes: Uint8Array;
  readonly #onMessage: (data: number) => void;

  /** `onMessage` gets interrupt messages; without it they vanish. */
  constructor(cpu: V86Cpu, onMessage: (data: number) => void = () => undefined) {
    this.#cpu = cpu;
    this.#onMessage = onMessage;
    this.#size = cpu.mem8.length;
    this.#bytes = plainView(cpu);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#size);
  }

  /** Bytes of RAM. */
  get size(): number {
    return this.#size;
  }

  contains(high: number, low: number, length: number): boolean {
    const end = low + length;
    return high === 0 && end <= this.#size && (low >= HOLE_END || end <= HOLE_START);
  }

  read(high: number, low: number, target: Uint8Array): void {
    const { length } = target;
    this.#check(high, low, length);
    const bytes = this.#bytes;
    if (length > SHORT_LENGTH) target.set(bytes.subarray(low, low + length));
    else for (let index = 0; index < length; index += 1) target[index] = bytes[low + index] ?? 0;
  }

  write(high: number, low: number, source: Uint8Array): void {
    const { length } = source;
    if (length === 0) return;
    if (takesMessage(high, low, length)) {
      this.#onMessage(messageData(source));
      return;
    }
    this.#enter(high, low, length);
    const bytes = this.#bytes;
    if (length > SHORT_LENGTH) bytes.set(source, low);
    else for (let index = 0; index < length; index += 1) bytes[low + index] = source[index] ?? 0;
  }

  readU16(high: number, low: number): number {
    this.#check(high, low, 2);
    return this.#view.getUint16(low, true);
  }

  readU32(high: number, low: number): number {
    this.#check(high, low, 4);
    return this.#view.getUint32(low, true);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#enter(high, low, 2);
    this.#view.setUint16(low, value, true);
  }

  writeU32(high: number, low: number, value: number): void {
    if (takesMessage(high, low, 4)) {
      this.#onMessage(value);
      return;
    }
    this.#enter(high, low, 4);
    this.#view.setUint32(low, value, true);
  }

  /** Calls back with each page of RAM that is not all zero, in order; the page is a view that must not be kept. */
  forEachPage(visit: (number: number, page: Uint8Array) => void): void {
    this.#renewView();
    const { buffer, byteOffset } = this.#bytes;
    const words = new Uint32Array(buffer, byteOffset, this.#size / 4);
    for (let address = 0; address < this.#size; address += PAGE_BYTES) {
      if (isZeroPage(words, address / 4)) continue;
      visit(address / PAGE_BYTES, this.#bytes.subarray(address, address + PAGE_BYTES));
    }
  }

  #check(high: number, low: number, length: number): void {
    if (!this.contains(high, low, length)) {
      throw new BusError('guest-physical access outside RAM');
    }
    this.#renewView();
  }

  /** Checks a write of `length` bytes, not 0, and lets go of code in its pages. */
  #enter(high: number, low: number, length: number): void {
    if (!this.contains(high, low, length)) {
      throw new BusError('guest-physical access outside RAM');
    }
    this.#cpu.jit_dirty_cache(low, low + length);
    this.#renewView();
  }

  /** v86's memory may have grown, which detaches views of it. */
  #renewView(): void {
    if (this.#bytes.length > 0) return;
    this.#bytes = plainView(this.#cpu);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#size);
  }
}

/** v86's `mem8` is a proxy that survives growth of its memory, at a cost for each access; this is the bare view. */
function plainView(cpu: V86Cpu): Uint8Array {
  return new Uint8Array(cpu.mem8.buffer, cpu.mem8.byteOffset, cpu.mem8.length);
}

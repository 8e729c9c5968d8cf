// The bytes of a configuration space, and what a write does to each bit (PCI Local Bus 3.0, 6.1 and 6.2): it takes the
// value, is cleared by a one, or stays as it is. Accesses may have any width and any alignment.

import { PCI_CONFIG_SIZE } from './config-layout.ts';

const NOBODY = 0xff;
const BAR_BYTES = 4;

/** A register of 1, 2 or 4 bytes. Bits that are in neither mask are read-only. */
export interface ConfigField {
  readonly offset: number;
  readonly size: number;
  /** After a reset. */
  readonly value: number;
  /** Bits that take what is written. */
  readonly writable?: number;
  /** Bits that a written one clears (6.2.3). */
  readonly clearable?: number;
}

/**
 * A 32-bit memory window that stays where it is. All ones written, it tells its size as any other (6.2.5.1): reads give its mask
 * until something else is written. Then they give its address, whatever that was.
 *
 * Fixed, since the emulator's address map is made once, and since a window that moves could be laid over those of others.
 * Software that gives it another address finds the old one when it looks, as on a machine whose firmware has locked it.
 */
export interface FixedBar {
  readonly offset: number;
  /** A multiple of the size, which is a power of two of 16 bytes or more. */
  readonly address: number;
  readonly size: number;
}

/** What is not described is reserved: it reads as zero and is ignored when written (6.1). */
export class ConfigSpace {
  readonly #initial = new Uint8Array(PCI_CONFIG_SIZE);
  readonly #writable = new Uint8Array(PCI_CONFIG_SIZE);
  readonly #clearable = new Uint8Array(PCI_CONFIG_SIZE);
  readonly #bytes = new Uint8Array(PCI_CONFIG_SIZE);
  readonly #bars: readonly FixedBar[];

  constructor(fields: readonly ConfigField[], bars: readonly FixedBar[] = []) {
    for (const { offset, size, value, writable = 0, clearable = 0 } of fields) {
      for (let index = 0; index < size; index += 1) {
        this.#initial[offset + index] = value >>> (8 * index);
        this.#writable[offset + index] = writable >>> (8 * index);
        this.#clearable[offset + index] = clearable >>> (8 * index);
      }
    }
    for (const { offset, size } of bars) {
      for (let index = 0; index < BAR_BYTES; index += 1) {
        this.#writable[offset + index] = ~(size - 1) >>> (8 * index);
      }
    }
    this.#bars = bars;
    this.reset();
  }

  /** What software reads, unsigned; beyond the end nobody answers. `width` is 1, 2 or 4 bytes. */
  read(offset: number, width: number): number {
    let value = 0;
    for (let index = 0; index < width; index += 1) {
      value |= this.#readByte(offset + index) << (8 * index);
    }
    return value >>> 0;
  }

  /** Software writes the low `width` bytes of a value. */
  write(offset: number, width: number, value: number): void {
    for (let index = 0; index < width && offset + index < PCI_CONFIG_SIZE; index += 1) {
      const at = offset + index;
      const written = (value >>> (8 * index)) & 0xff;
      const writable = this.#writable[at] ?? 0;
      const cleared = written & (this.#clearable[at] ?? 0);
      const kept = (this.#bytes[at] ?? 0) & ~writable & ~cleared;
      this.#bytes[at] = kept | (written & writable);
    }
  }

  /** Bits of a register as they are; no window's. */
  get(offset: number, width: number): number {
    let value = 0;
    for (let index = 0; index < width; index += 1) {
      value |= (this.#bytes[offset + index] ?? 0) << (8 * index);
    }
    return value >>> 0;
  }

  /** The function itself sets or clears bits of a register of 16 bits at most. */
  set(offset: number, bits: number, isSet: boolean): void {
    for (let index = 0; index < 2; index += 1) {
      const part = (bits >>> (8 * index)) & 0xff;
      const before = this.#bytes[offset + index] ?? 0;
      this.#bytes[offset + index] = isSet ? before | part : before & ~part;
    }
  }

  /** All is as after power on. */
  reset(): void {
    this.#bytes.set(this.#initial);
  }

  save(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Back to what was saved. Throws `Error` for what is no configuration space. */
  restore(bytes: Uint8Array): void {
    if (bytes.length !== PCI_CONFIG_SIZE) throw new Error('a configuration space has 256 bytes');
    this.#bytes.set(bytes);
  }

  #readByte(at: number): number {
    const bar = this.#bars.find(({ offset }) => offset <= at && at < offset + BAR_BYTES);
    if (bar === undefined) return this.#bytes[at] ?? NOBODY;
    const mask = ~(bar.size - 1) >>> 0;
    const word = this.get(bar.offset, BAR_BYTES) === mask ? mask : bar.address;
    return (word >>> (8 * (at - bar.offset))) & 0xff;
  }
}

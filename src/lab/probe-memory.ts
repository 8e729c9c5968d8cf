// Memory at which an access ends, and where nothing moves: it notes where the access would have gone.

import { BusError, type PhysicalMemory } from '../memory/address-space.ts';
import type { Gpa } from '../memory/address.ts';

/** More than an access of this lab has bytes: with a page granularity of 1 each may be a piece. */
const MAX_PIECES = 1 << 14;

/** What an access met, without a trace of where: one for all of them, as millions do. */
const NO_MEMORY = new BusError('no memory at that guest-physical address');

/** Where the latest access went: pieces that lie one behind the other are one. Halves of addresses, lengths in bytes. */
export class ProbeMemory implements PhysicalMemory {
  declare readonly addressKind?: Gpa;
  readonly high = new Uint32Array(MAX_PIECES);
  readonly low = new Uint32Array(MAX_PIECES);
  readonly length = new Uint32Array(MAX_PIECES);
  count = 0;
  readonly #memory: Pick<PhysicalMemory, 'contains'>;

  /** `memory` says which addresses there are. */
  constructor(memory: Pick<PhysicalMemory, 'contains'>) {
    this.#memory = memory;
  }

  contains(high: number, low: number, length: number): boolean {
    return this.#memory.contains(high, low, length);
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#note(high, low, target.length);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#note(high, low, source.length);
  }

  readU16(high: number, low: number): number {
    this.#note(high, low, 2);
    return 0;
  }

  readU32(high: number, low: number): number {
    this.#note(high, low, 4);
    return 0;
  }

  writeU16(high: number, low: number): void {
    this.#note(high, low, 2);
  }

  writeU32(high: number, low: number): void {
    this.#note(high, low, 4);
  }

  #note(high: number, low: number, length: number): void {
    const last = this.count - 1;
    const isNext =
      last >= 0 &&
      this.high[last] === high &&
      (this.low[last] ?? 0) + (this.length[last] ?? 0) === low;
    if (isNext) this.length[last] = (this.length[last] ?? 0) + length;
    else if (this.count < MAX_PIECES) {
      this.high[this.count] = high;
      this.low[this.count] = low;
      this.length[this.count] = length;
      this.count += 1;
    }
    if (!this.#memory.contains(high, low, length)) throw NO_MEMORY;
  }
}

// The buffers of one half of a descriptor chain, seen as one run of bytes (virtio 1.2, 2.6.4: no assumption on
// framing).

import { assert } from '../base/assert.ts';
import { addHigh, addLow } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import type { ReadablePart, WritablePart } from './virtqueue.ts';

/** Buffers there is room for at first: a block request of Linux with its data in one piece has two. */
const FIRST_CAPACITY = 4;

/**
 * Buffers in chain order. Remembers where the last access ended, so that sequential access never searches. A list that
 * is cleared keeps its room for as many buffers as it ever had.
 */
export class BufferList<A extends Address> implements ReadablePart, WritablePart {
  readonly #memory: AddressSpace<A>;
  #high = new Uint32Array(FIRST_CAPACITY);
  #low = new Uint32Array(FIRST_CAPACITY);
  /** Where each buffer ends in the run of bytes, up to 2^32. */
  #end = new Float64Array(FIRST_CAPACITY);
  #count = 0;
  #length = 0;
  #storedBytes = 0;
  #current = 0;

  constructor(memory: AddressSpace<A>) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes that were written so far, those written twice counted twice. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Back to a list of no buffers. */
  clear(): void {
    this.#count = 0;
    this.#length = 0;
    this.#storedBytes = 0;
    this.#current = 0;
  }

  /** Adds a buffer of `length` bytes, not 0, at the end. */
  append(high: number, low: number, length: number): void {
    const index = this.#count;
    if (index === this.#end.length) this.#grow();
    this.#length += length;
    this.#high[index] = high;
    this.#low[index] = low;
    this.#end[index] = this.#length;
    this.#count = index + 1;
  }

  contiguous(offset: number): number {
    return this.#endOf(this.#find(offset, 1)) - offset;
  }

  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length;) {
      const at = offset + done;
      const index = this.#find(at, target.length - done);
      const piece = pieceOf(target, done, this.#endOf(index) - at);
      const high = this.#high[index] ?? 0;
      const low = this.#low[index] ?? 0;
      const skip = at - this.#startOf(index);
      this.#memory.read(addHigh(high, low, skip), addLow(low, skip), piece);
      done += piece.length;
    }
  }

  write(offset: number, source: Uint8Array): void {
    for (let done = 0; done < source.length;) {
      const at = offset + done;
      const index = this.#find(at, source.length - done);
      const piece = pieceOf(source, done, this.#endOf(index) - at);
      const high = this.#high[index] ?? 0;
      const low = this.#low[index] ?? 0;
      const skip = at - this.#startOf(index);
      this.#memory.write(addHigh(high, low, skip), addLow(low, skip), piece);
      this.#storedBytes += piece.length;
      done += piece.length;
    }
  }

  /** The buffer that byte `offset` lies in; `length` bytes from there are asserted to be in the list. */
  #find(offset: number, length: number): number {
    assert(offset >= 0 && offset + length <= this.#length, 'access outside a descriptor chain');
    let index = offset < this.#startOf(this.#current) ? 0 : this.#current;
    while (offset >= this.#endOf(index)) index += 1;
    this.#current = index;
    return index;
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : this.#endOf(index - 1);
  }

  #endOf(index: number): number {
    const end = this.#end[index];
    assert(end !== undefined, 'the buffers of a chain add up to its length');
    return end;
  }

  #grow(): void {
    const capacity = 2 * this.#end.length;
    this.#high = extended(new Uint32Array(capacity), this.#high);
    this.#low = extended(new Uint32Array(capacity), this.#low);
    const end = new Float64Array(capacity);
    end.set(this.#end);
    this.#end = end;
  }
}

function extended(room: Uint32Array<ArrayBuffer>, old: Uint32Array): Uint32Array<ArrayBuffer> {
  room.set(old);
  return room;
}

// At most `available` bytes of `bytes` from `start` on; the whole array itself when it fits, as it mostly does.
function pieceOf(bytes: Uint8Array, start: number, available: number): Uint8Array {
  if (start === 0 && bytes.length <= available) return bytes;
  return bytes.subarray(start, Math.min(bytes.length, start + available));
}

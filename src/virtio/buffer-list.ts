// The buffers of one half of a descriptor chain, seen as one run of bytes (virtio 1.2, 2.6.4: no assumption on framing).

import { assert } from '../base/assert.ts';
import { addHigh, addLow } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import type { ReadablePart, WritablePart } from './virtqueue.ts';

interface Buffer {
  readonly high: number;
  readonly low: number;
  /** Where the buffer begins and ends in the run of bytes. */
  readonly start: number;
  readonly end: number;
}

/** Buffers in chain order. Remembers where the last access ended, so that sequential access never searches. */
export class BufferList<A extends Address> implements ReadablePart, WritablePart {
  readonly #memory: AddressSpace<A>;
  readonly #buffers: Buffer[] = [];
  #length = 0;
  #storedBytes = 0;
  #current = 0;

  constructor(memory: AddressSpace<A>) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes that were written so far, those written twice counted twice. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Adds a buffer of `length` bytes, not 0, at the end. */
  append(high: number, low: number, length: number): void {
    const start = this.#length;
    this.#length = start + length;
    this.#buffers.push({ high, low, start, end: this.#length });
  }

  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length;) {
      const buffer = this.#bufferAt(offset + done, target.length - done);
      const skip = offset + done - buffer.start;
      const piece = pieceOf(target, done, buffer.end - buffer.start - skip);
      const { high, low } = buffer;
      this.#memory.read(addHigh(high, low, skip), addLow(low, skip), piece);
      done += piece.length;
    }
  }

  write(offset: number, source: Uint8Array): void {
    for (let done = 0; done < source.length;) {
      const buffer = this.#bufferAt(offset + done, source.length - done);
      const skip = offset + done - buffer.start;
      const piece = pieceOf(source, done, buffer.end - buffer.start - skip);
      const { high, low } = buffer;
      this.#memory.write(addHigh(high, low, skip), addLow(low, skip), piece);
      this.#storedBytes += piece.length;
      done += piece.length;
    }
  }

  #bufferAt(offset: number, length: number): Buffer {
    assert(offset >= 0 && offset + length <= this.#length, 'access outside a descriptor chain');
    let index = this.#current;
    let buffer = this.#buffers[index];
    if (buffer === undefined || offset < buffer.start) {
      index = 0;
      buffer = this.#buffers[0];
    }
    while (buffer !== undefined && offset >= buffer.end) buffer = this.#buffers[++index];
    assert(buffer !== undefined, 'the buffers of a chain add up to its length');
    this.#current = index;
    return buffer;
  }
}

// At most `available` bytes of `bytes` from `start` on; the whole array itself when it fits, as it mostly does.
function pieceOf(bytes: Uint8Array, start: number, available: number): Uint8Array {
  if (start === 0 && bytes.length <= available) return bytes;
  return bytes.subarray(start, Math.min(bytes.length, start + available));
}

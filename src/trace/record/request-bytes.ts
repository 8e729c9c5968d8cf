// What a request looked like on the wire: its bytes and how it was framed.
//
//   0  length of the device-readable part        4  length of the device-writable part
//   8  bytes that the device wrote (used length)  12 the readable part's first bytes, then those that were written
//
// Of a part that is longer than any request, the beginning is kept.

import { assert } from '../../base/assert.ts';
import type { WireRequest } from '../../iommu/events/wire-request.ts';

const HEAD_BYTES = 12;
/** Longer than any request's readable part. */
export const KEPT_READABLE = 64;
/** A PROBE reply with the usual 512 bytes of properties, and its tail. */
export const KEPT_WRITTEN = 528;

const kept = (length: number, limit: number): number => Math.min(length, limit);

/** Requests one after the other; grows up to what its owner lets in. */
export class RequestBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length: number;

  /** Empty, or with what was there. */
  constructor(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024), length = 0) {
    assert(length <= bytes.length, 'what is there lies in the buffer');
    this.#bytes = bytes;
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes of memory that it takes. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Adds a request; returns where it begins. Parts may be given whole. */
  add({ readableLength, writableLength, writtenLength, readable, written }: WireRequest): number {
    const readableKept = kept(readableLength, KEPT_READABLE);
    const writtenKept = kept(writtenLength, KEPT_WRITTEN);
    const at = this.#room(HEAD_BYTES + readableKept + writtenKept);
    const view = new DataView(this.#bytes.buffer);
    view.setUint32(at, readableLength, true);
    view.setUint32(at + 4, writableLength, true);
    view.setUint32(at + 8, writtenLength, true);
    this.#bytes.set(readable.subarray(0, readableKept), at + HEAD_BYTES);
    this.#bytes.set(written.subarray(0, writtenKept), at + HEAD_BYTES + readableKept);
    return at;
  }

  /** Adds all of another's; returns where they begin. */
  addAll(others: Uint8Array): number {
    const at = this.#room(others.length);
    this.#bytes.set(others, at);
    return at;
  }

  /** The request that begins there; its bytes are views. Undefined where none can begin. */
  at(place: number): WireRequest | undefined {
    if (place + HEAD_BYTES > this.#length) return undefined;
    const view = new DataView(this.#bytes.buffer);
    const readableLength = view.getUint32(place, true);
    const writableLength = view.getUint32(place + 4, true);
    const writtenLength = view.getUint32(place + 8, true);
    const middle = place + HEAD_BYTES + kept(readableLength, KEPT_READABLE);
    const end = middle + kept(writtenLength, KEPT_WRITTEN);
    if (end > this.#length) return undefined;
    return {
      readableLength,
      writableLength,
      writtenLength,
      readable: this.#bytes.subarray(place + HEAD_BYTES, middle),
      written: this.#bytes.subarray(middle, end),
    };
  }

  /** A copy of all there is, or of what lies between two places. */
  slice(from = 0, to = this.#length): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(from, to);
  }

  clear(): void {
    this.#length = 0;
  }

  #room(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

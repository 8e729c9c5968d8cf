// What a request looked like on the wire: its bytes and how it was framed.
//
//   0  length of the device-readable part        4  length of the device-writable part
//   8  bytes that the device wrote (used length): bits 0 to 16; descriptors of the readable part: 17 to 23, and of the
//      writable part: 24 to 31, where a field of ones stands for as many or more, and 0 of both for not known
//   12 the readable part's first bytes, then those that were written
//
// Of a part that is longer than any request, the beginning is kept.

import { assert } from '../../base/assert.ts';
import type { AnsweredRequest } from '../../iommu/events/answered-request.ts';
import type { WireRequest } from '../../iommu/events/wire-request.ts';

const HEAD_BYTES = 12;
const WRITTEN_BITS = 17;
const WRITTEN_MAX = (1 << WRITTEN_BITS) - 1;
export const READABLE_DESCRIPTORS_MAX = 0x7f;
export const WRITABLE_DESCRIPTORS_MAX = 0xff;
const WRITABLE_SHIFT = 24;
/** Longer than any request's readable part. */
export const KEPT_READABLE = 64;
/** A PROBE reply with the usual 512 bytes of properties, and its tail. */
export const KEPT_WRITTEN = 528;

/** Room for some more of the usual requests. */
const SLACK_BYTES = 4096;

/** So few bytes are copied sooner one by one than through views. */
const FEW = 128;

const kept = (length: number, limit: number): number => Math.min(length, limit);

/** Requests one after the other; grows up to what its owner lets in. */
export class RequestBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  /** The same as words; a request that is written so begins at a whole one. */
  #words: Uint32Array;
  #length: number;

  /** Empty, or with what was there. */
  constructor(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024), length = 0) {
    assert(length <= bytes.length, 'what is there lies in the buffer');
    this.#bytes = bytes;
    this.#words = wordsOf(bytes);
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
  add(request: WireRequest): number {
    const { readableLength, writableLength, readable, written } = request;
    const writtenLength = Math.min(request.writtenLength, WRITTEN_MAX);
    const readableKept = kept(readableLength, KEPT_READABLE);
    const writtenKept = kept(writtenLength, KEPT_WRITTEN);
    const at = this.#room(HEAD_BYTES + readableKept + writtenKept);
    const bytes = this.#bytes;
    putWord(bytes, at, readableLength);
    putWord(bytes, at + 4, writableLength);
    putWord(bytes, at + 8, packedFraming(request, writtenLength));
    copy(readable, 0, bytes, at + HEAD_BYTES, readableKept);
    copy(written, 0, bytes, at + HEAD_BYTES + readableKept, writtenKept);
    return at;
  }

  /** Adds a request while it is answered: by words, if it is made of them and is answered with one, as nearly all are. */
  addAnswered(request: AnsweredRequest): number {
    const { readableLength, readableWords, written } = request;
    const isWhole = ((readableLength | this.#length) & 3) === 0;
    if (!isWhole || readableLength > KEPT_READABLE || written.length !== 4)
      return this.add(request);
    const at = this.#room(HEAD_BYTES + readableLength + 4);
    const words = this.#words;
    const head = at >>> 2;
    words[head] = readableLength;
    words[head + 1] = request.writableLength;
    words[head + 2] = packedFraming(request, 4);
    const first = head + 3;
    const count = readableLength >>> 2;
    for (let word = 0; word < count; word += 1) words[first + word] = readableWords[word] ?? 0;
    words[first + count] = wordAt(written, 0);
    return at;
  }

  /** Adds the request that begins at a place of others; returns where it begins here. Undefined where none can begin there. */
  addFrom(others: RequestBytes, place: number): number | undefined {
    const length = others.#lengthAt(place);
    if (length === undefined) return undefined;
    const at = this.#room(length);
    copy(others.#bytes, place, this.#bytes, at, length);
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
    const length = this.#lengthAt(place);
    if (length === undefined) return undefined;
    const readableLength = wordAt(this.#bytes, place);
    const writableLength = wordAt(this.#bytes, place + 4);
    const packed = wordAt(this.#bytes, place + 8);
    const writtenLength = packed & WRITTEN_MAX;
    const middle = place + HEAD_BYTES + kept(readableLength, KEPT_READABLE);
    const end = place + length;
    return {
      readableLength,
      writableLength,
      readableDescriptors: (packed >>> WRITTEN_BITS) & READABLE_DESCRIPTORS_MAX,
      writableDescriptors: packed >>> WRITABLE_SHIFT,
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

  /** Others, empty, with as much room as these have taken: for what is like it. */
  emptied(): RequestBytes {
    return new RequestBytes(new Uint8Array(inWords(this.#length + SLACK_BYTES)));
  }

  /** Bytes of the request that begins there; undefined where none can begin. */
  #lengthAt(place: number): number | undefined {
    if (place + HEAD_BYTES > this.#length) return undefined;
    const length =
      HEAD_BYTES +
      kept(wordAt(this.#bytes, place), KEPT_READABLE) +
      kept(wordAt(this.#bytes, place + 8) & WRITTEN_MAX, KEPT_WRITTEN);
    return place + length > this.#length ? undefined : length;
  }

  #room(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const room = inWords(Math.max(2 * this.#bytes.length, this.#length));
      const larger = new Uint8Array(room);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#words = wordsOf(larger);
    }
    return at;
  }
}

/** As many bytes in whole words. */
function inWords(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** The whole words of bytes in a buffer of their own, in the order of the bytes of every host that there is an emulator for. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint32Array {
  assert(byteOffset === 0, 'requests have a buffer of their own');
  return new Uint32Array(buffer, 0, length >>> 2);
}

function packedFraming(request: WireRequest, writtenLength: number): number {
  const readable = Math.min(request.readableDescriptors, READABLE_DESCRIPTORS_MAX);
  const writable = Math.min(request.writableDescriptors, WRITABLE_DESCRIPTORS_MAX);
  return ((writable << WRITABLE_SHIFT) | (readable << WRITTEN_BITS) | writtenLength) >>> 0;
}

// No DataView: one would be made for each request, since the bytes move when they grow.

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

function copy(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  at: number,
  count: number,
): void {
  if (count > FEW) target.set(source.subarray(from, from + count), at);
  else
    for (let index = 0; index < count; index += 1) target[at + index] = source[from + index] ?? 0;
}

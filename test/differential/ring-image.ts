// A batch of chains as one block of guest memory: available ring, descriptor table, buffers. One write puts it there.
//
//   0x0000 available ring (6 + 2n) | 0x0400 descriptor table (16n) | 0x1400 indirect tables and buffers
//
// The device is done with a batch before the next one is laid out, so that each starts with all descriptors free.

import { assert } from '../../src/base/assert.ts';
import { highWord, lowWord } from '../../src/base/words.ts';
import type { ChainRequest } from '../../src/driver/driver-queue.ts';
import {
  VIRTQ_AVAIL_ENTRY_SIZE,
  VIRTQ_AVAIL_IDX,
  VIRTQ_AVAIL_RING,
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_ALIGN,
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_NEXT,
  VIRTQ_DESC_SIZE,
  VIRTQ_USED_ENTRY_ID,
  VIRTQ_USED_ENTRY_LEN,
  VIRTQ_USED_ENTRY_SIZE,
  VIRTQ_USED_IDX,
  VIRTQ_USED_RING,
} from '../../src/virtio/ring-layout.ts';

export const QUEUE_SIZE = 256;
export const AVAILABLE_OFFSET = 0;
export const TABLE_OFFSET = 0x400;
const BUFFERS_OFFSET = 0x1400;
/** Bytes that hold a batch of any 256 descriptors that a run makes. */
export const IMAGE_ROOM = 0x2_0000;
/** Bytes between two buffers, which keep this value, so that a write past an end is seen. */
const GAP = 4;
const CANARY = 0xa5;

interface Piece {
  readonly offset: number;
  readonly length: number;
}

interface PlacedChain {
  readonly head: number;
  readonly writable: readonly Piece[];
}

/** One entry of the used ring. */
export interface UsedEntry {
  readonly head: number;
  readonly length: number;
}

/** Lays out one batch at guest-physical address `base`. */
export class RingImage {
  readonly #base: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #chains: PlacedChain[] = [];
  #end = BUFFERS_OFFSET;
  #nextDescriptor = 0;
  #availableIndex: number;

  /** `room` is where the block is put together; it must not be used before the image is done with. */
  constructor(base: number, availableIndex: number, room: Uint8Array) {
    this.#base = base;
    this.#availableIndex = availableIndex;
    this.#bytes = room;
    this.#view = new DataView(room.buffer, room.byteOffset, room.byteLength);
  }

  /** The free-running index behind the last chain. */
  get availableIndex(): number {
    return this.#availableIndex;
  }

  /** The block to write at `base`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end + GAP);
  }

  add({ readable = [], writable = [], directDescriptors }: ChainRequest): void {
    const sources = readable.map((bytes) => ({ bytes, flags: 0 }));
    const targets = writable.map((length) => ({
      bytes: new Uint8Array(length),
      flags: VIRTQ_DESC_F_WRITE,
    }));
    const placed = [...sources, ...targets].map(({ bytes, flags }) => ({
      offset: this.#place(bytes, 1),
      length: bytes.length,
      flags,
    }));
    const direct = placed.slice(0, directDescriptors ?? placed.length);
    const indirect = placed.slice(direct.length);
    if (indirect.length > 0) {
      const length = indirect.length * VIRTQ_DESC_SIZE;
      const table = this.#place(new Uint8Array(length), VIRTQ_DESC_ALIGN);
      this.#writeTable(table, 0, indirect);
      direct.push({ offset: table, length, flags: VIRTQ_DESC_F_INDIRECT });
    }
    const head = this.#nextDescriptor;
    assert(direct.length > 0 && head + direct.length <= QUEUE_SIZE, 'the batch fits the queue');
    this.#writeTable(TABLE_OFFSET, head, direct);
    this.#nextDescriptor += direct.length;
    this.#makeAvailable(head);
    this.#chains.push({ head, writable: placed.slice(readable.length) });
  }

  /** What stands in the device-writable part of a chain, given the block as it is after the device has run. */
  writtenBytes(index: number, after: Uint8Array): Uint8Array {
    const pieces = this.#chain(index).writable;
    return new Uint8Array(
      Buffer.concat(pieces.map(({ offset, length }) => after.subarray(offset, offset + length))),
    );
  }

  /** Throws `Error` when the device wrote anywhere but into device-writable buffers. */
  checkIntact(after: Uint8Array): void {
    const expected = this.bytes.slice();
    for (const { offset, length } of this.#chains.flatMap(({ writable }) => writable)) {
      expected.set(after.subarray(offset, offset + length), offset);
    }
    if (Buffer.compare(expected, after) !== 0) {
      throw new Error('the device wrote outside the device-writable buffers');
    }
  }

  headOf(index: number): number {
    return this.#chain(index).head;
  }

  #chain(index: number): PlacedChain {
    const chain = this.#chains[index];
    assert(chain !== undefined, `chain ${index} was added`);
    return chain;
  }

  #place(bytes: Uint8Array, alignment: number): number {
    const offset = Math.ceil((this.#end + GAP) / alignment) * alignment;
    const end = offset + bytes.length;
    assert(end + GAP <= this.#bytes.length, 'the batch fits its block');
    this.#bytes.fill(CANARY, this.#end, end + GAP);
    this.#end = end;
    this.#bytes.set(bytes, offset);
    return offset;
  }

  #writeTable(table: number, first: number, pieces: readonly (Piece & { flags: number })[]): void {
    pieces.forEach(({ offset, length, flags }, position) => {
      const isLast = position === pieces.length - 1;
      const index = first + position;
      const at = table + index * VIRTQ_DESC_SIZE;
      const address = BigInt(this.#base + offset);
      this.#view.setUint32(at + VIRTQ_DESC_ADDR_LOW, lowWord(address), true);
      this.#view.setUint32(at + VIRTQ_DESC_ADDR_HIGH, highWord(address), true);
      this.#view.setUint32(at + VIRTQ_DESC_LEN, length, true);
      this.#view.setUint16(at + VIRTQ_DESC_FLAGS, flags | (isLast ? 0 : VIRTQ_DESC_F_NEXT), true);
      this.#view.setUint16(at + VIRTQ_DESC_NEXT, isLast ? 0 : index + 1, true);
    });
  }

  #makeAvailable(head: number): void {
    const slot = this.#availableIndex % QUEUE_SIZE;
    const entry = AVAILABLE_OFFSET + VIRTQ_AVAIL_RING + slot * VIRTQ_AVAIL_ENTRY_SIZE;
    this.#view.setUint16(entry, head, true);
    this.#availableIndex = (this.#availableIndex + 1) & 0xffff;
    this.#view.setUint16(AVAILABLE_OFFSET + VIRTQ_AVAIL_IDX, this.#availableIndex, true);
  }
}

/** The entries of a used ring from a free-running index up to the device's. */
export function usedEntries(ring: Uint8Array, from: number): readonly UsedEntry[] {
  const view = new DataView(ring.buffer, ring.byteOffset, ring.byteLength);
  const count = (view.getUint16(VIRTQ_USED_IDX, true) - from) & 0xffff;
  return Array.from({ length: count }, (_, position) => {
    const slot = (from + position) % QUEUE_SIZE;
    const entry = VIRTQ_USED_RING + slot * VIRTQ_USED_ENTRY_SIZE;
    return {
      head: view.getUint32(entry + VIRTQ_USED_ENTRY_ID, true),
      length: view.getUint32(entry + VIRTQ_USED_ENTRY_LEN, true),
    };
  });
}

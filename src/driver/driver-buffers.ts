// Buffers of the chains that a driver has in flight, and of their indirect tables.

import { highWord, lowWord } from '../base/words.ts';
import {
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_ALIGN,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_LEN,
  descriptorTableLength,
} from '../virtio/ring-layout.ts';
import { roomFor, type DriverMemory } from './driver-memory.ts';
import type { ChainRequest, Descriptor, DriverQueueOptions } from './driver-queue.ts';

const DEFAULT_BYTES = 0x1_0000;

/** A device-writable buffer, as an offset in guest RAM. */
export interface WritableBuffer {
  readonly offset: number;
  readonly length: number;
}

/** A descriptor that is not yet linked to others. */
export type LooseDescriptor = Pick<Descriptor, 'address' | 'length' | 'flags'>;

/** The fields that split and packed descriptors have at the same place. */
export function writeBufferFields(
  view: DataView,
  offset: number,
  { address, length }: Pick<Descriptor, 'address' | 'length'>,
): void {
  view.setUint32(offset + VIRTQ_DESC_ADDR_LOW, lowWord(address), true);
  view.setUint32(offset + VIRTQ_DESC_ADDR_HIGH, highWord(address), true);
  view.setUint32(offset + VIRTQ_DESC_LEN, length, true);
}

/** A request's buffers in guest RAM. */
export interface PlacedBuffers {
  /** One for each buffer, the readable ones first. */
  readonly descriptors: readonly LooseDescriptor[];
  readonly writable: readonly WritableBuffer[];
}

/** A heap of buffers, each between canaries. */
export class DriverBuffers {
  readonly #heap: DriverMemory;
  readonly #toBus: (offset: number) => bigint;

  constructor({ driverMemory, bufferBytes = DEFAULT_BYTES, toBus = BigInt }: DriverQueueOptions) {
    this.#heap = driverMemory.carve(bufferBytes);
    this.#toBus = toBus;
  }

  /** Whether a request's buffers would find room, and an indirect table with so many entries. */
  hasRoomFor({ readable = [], writable = [] }: ChainRequest, tableEntries: number): boolean {
    const lengths = [...readable.map(({ length }) => length), ...writable];
    const table = tableEntries === 0 ? [] : [descriptorTableLength(tableEntries)];
    return this.#heap.hasRoom(roomFor(lengths) + roomFor(table, VIRTQ_DESC_ALIGN));
  }

  /** Puts a request's bytes and the room for its answer into memory. */
  place({ readable = [], writable = [], fill = 0 }: ChainRequest): PlacedBuffers {
    const { bytes: ram } = this.#heap.memory;
    const descriptors: LooseDescriptor[] = [];
    for (const bytes of readable) {
      const offset = this.#heap.allocate(bytes.length);
      ram.set(bytes, offset);
      descriptors.push({ address: this.#toBus(offset), length: bytes.length, flags: 0 });
    }
    const buffers = writable.map((length) => {
      const offset = this.#heap.allocate(length);
      ram.fill(fill, offset, offset + length);
      descriptors.push({ address: this.#toBus(offset), length, flags: VIRTQ_DESC_F_WRITE });
      return { offset, length };
    });
    return { descriptors, writable: buffers };
  }

  /** Room for an indirect table of `length` bytes: its offset in guest RAM. */
  placeTable(length: number): number {
    return this.#heap.allocate(length, VIRTQ_DESC_ALIGN);
  }

  /** What stands in the buffers now, joined. Throws when the device wrote beside any buffer of the heap. */
  collect(buffers: readonly WritableBuffer[]): Uint8Array {
    this.#heap.verify();
    const { bytes: ram } = this.#heap.memory;
    const joined = new Uint8Array(buffers.reduce((sum, { length }) => sum + length, 0));
    let position = 0;
    for (const { offset, length } of buffers) {
      joined.set(ram.subarray(offset, offset + length), position);
      position += length;
    }
    return joined;
  }

  /** Takes the room of these buffers back, while others are in flight. */
  free(buffers: readonly WritableBuffer[]): void {
    for (const { offset } of buffers) this.#heap.free(offset);
  }

  /** Takes the room of all buffers back: none is in flight. */
  release(): void {
    this.#heap.release();
  }
}

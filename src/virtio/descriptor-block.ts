// What the descriptors of both ring formats have in common (virtio 1.2, 2.7.5 and 2.8.5): an address, a length, tables
// of more descriptors, and rules that a driver can break.

import { addHigh, addLow, wrapsAround } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { ByteViews } from './byte-views.ts';
import type { ChainBuilder } from './chain-builder.ts';
import {
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_SIZE,
} from './ring-layout.ts';
import type { AddressWords } from './ring-queue.ts';
import { RingError } from './virtqueue.ts';

/**
 * Most entries of one indirect table. virtio 1.2, 2.7.5.3.1 has the queue size as the limit of a chain, but Linux
 * fills a table with as many entries as the request has pieces, whatever the queue size; its block and 9p drivers
 * stay below 200. Bounds the work and the host memory of one chain.
 */
export const MAX_INDIRECT_ENTRIES = 1024;

/** Descriptors of the queue's own table that are read at a time: Linux mostly links neighbours. */
const RUN_LENGTH = 8;

export interface DescriptorTable<A extends Address> {
  readonly memory: AddressSpace<A>;
  /** The queue's own table. */
  readonly area: AddressWords;
  /** Queue size: number of descriptors. */
  readonly size: number;
  /** Whether VIRTIO_F_INDIRECT_DESC was negotiated. */
  readonly hasIndirect: boolean;
}

/** A copy of some descriptors, each read once, so that the driver can not change it while it is looked at. */
export class DescriptorBlock<A extends Address> {
  readonly #table: DescriptorTable<A>;
  readonly #block = new ByteViews(VIRTQ_DESC_SIZE, MAX_INDIRECT_ENTRIES);
  // Which descriptors of the queue's own table are here, from the start of the block on.
  #runStart = 0;
  #runLength = 0;

  constructor(table: DescriptorTable<A>) {
    this.#table = table;
  }

  /** Forgets what was read: a new chain begins. */
  clear(): void {
    this.#runLength = 0;
  }

  /**
   * Where descriptor `index` of the queue's own table stands here. Reads it unless it came with one before it: those
   * behind it are part of the table, too, which a driver has to make accessible in whole.
   */
  load(index: number): number {
    const place = index - this.#runStart;
    if (place >= 0 && place < this.#runLength) return place;
    const { memory, area, size } = this.#table;
    const offset = index * VIRTQ_DESC_SIZE;
    const length = Math.min(RUN_LENGTH, size - index);
    this.#runLength = 0;
    memory.read(
      addHigh(area.high, area.low, offset),
      addLow(area.low, offset),
      this.#block.first(length * VIRTQ_DESC_SIZE),
    );
    this.#runStart = index;
    this.#runLength = length;
    return 0;
  }

  /**
   * Reads the indirect table that the descriptor at `place` refers to, in place of everything that was here; returns
   * the number of its descriptors.
   */
  loadIndirect(place: number): number {
    if (!this.#table.hasIndirect) throw new RingError('indirect descriptor, not negotiated');
    const { view } = this.#block;
    const offset = place * VIRTQ_DESC_SIZE;
    const high = view.getUint32(offset + VIRTQ_DESC_ADDR_HIGH, true);
    const low = view.getUint32(offset + VIRTQ_DESC_ADDR_LOW, true);
    const length = view.getUint32(offset + VIRTQ_DESC_LEN, true);
    const entries = length / VIRTQ_DESC_SIZE;
    if (entries === 0 || !Number.isInteger(entries) || entries > MAX_INDIRECT_ENTRIES) {
      throw new RingError(`indirect table of ${length} bytes`);
    }
    if (wrapsAround(high, low, length)) throw new RingError('indirect table beyond 2^64');
    this.#runLength = 0;
    this.#table.memory.read(high, low, this.#block.first(length));
    return entries;
  }

  /** A 16-bit field of the descriptor at `place`, given by its offset in a descriptor. */
  u16(place: number, field: number): number {
    return this.#block.view.getUint16(place * VIRTQ_DESC_SIZE + field, true);
  }

  /** Adds the buffer of the descriptor at `place` to a chain. */
  appendTo(chain: ChainBuilder<A>, place: number, isWritable: boolean): void {
    const { view } = this.#block;
    const offset = place * VIRTQ_DESC_SIZE;
    chain.append(
      view.getUint32(offset + VIRTQ_DESC_ADDR_HIGH, true),
      view.getUint32(offset + VIRTQ_DESC_ADDR_LOW, true),
      view.getUint32(offset + VIRTQ_DESC_LEN, true),
      isWritable,
    );
  }
}

// What the descriptors of both ring formats have in common (virtio 1.2, 2.7.5 and 2.8.5): an address, a length, tables
// of more descriptors, and rules that a driver can break.

import { addHigh, addLow, wrapsAround } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { BufferList } from './buffer-list.ts';
import {
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_SIZE,
} from './ring-layout.ts';
import { RingError, type DescriptorChain } from './virtqueue.ts';

/**
 * Most entries of one indirect table. virtio 1.2, 2.7.5.3.1 has the queue size as the limit of a chain, but Linux
 * fills a table with as many entries as the request has pieces, whatever the queue size; its block and 9p drivers
 * stay below 200. Bounds the work and the host memory of one chain.
 */
export const MAX_INDIRECT_ENTRIES = 1024;

/** virtio 1.2, 2.7.5.3.1: the buffers of a chain MUST NOT add up to more than 2^32 bytes. */
const MAX_CHAIN_BYTES = 0x1_0000_0000;

/** A chain as it is put together, buffer by buffer. */
export class ChainBuilder<A extends Address> implements DescriptorChain {
  readonly readable: BufferList<A>;
  readonly writable: BufferList<A>;

  constructor(memory: AddressSpace<A>) {
    this.readable = new BufferList(memory);
    this.writable = new BufferList(memory);
  }

  /** Adds a buffer at the address (high, low); throws `RingError` for one that no chain may have. An empty one is none. */
  append(high: number, low: number, length: number, isWritable: boolean): void {
    if (length === 0) return;
    const { readable, writable } = this;
    if (wrapsAround(high, low, length)) throw new RingError('buffer beyond 2^64');
    if (readable.length + writable.length + length > MAX_CHAIN_BYTES) {
      throw new RingError('descriptor chain of more than 2^32 bytes');
    }
    if (isWritable) {
      writable.append(high, low, length);
      return;
    }
    // virtio 1.2, 2.6.4.2: device-readable descriptors come before all device-writable ones.
    if (writable.length > 0) throw new RingError('device-readable after device-writable buffer');
    readable.append(high, low, length);
  }
}

/** A copy of some descriptors, each read once, so that the driver can not change it while it is looked at. */
export class DescriptorBlock<A extends Address> {
  readonly #memory: AddressSpace<A>;
  readonly #hasIndirect: boolean;
  readonly #bytes = new Uint8Array(MAX_INDIRECT_ENTRIES * VIRTQ_DESC_SIZE);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #first = this.#bytes.subarray(0, VIRTQ_DESC_SIZE);

  /** `hasIndirect`: whether VIRTIO_F_INDIRECT_DESC was negotiated. */
  constructor(memory: AddressSpace<A>, hasIndirect: boolean) {
    this.#memory = memory;
    this.#hasIndirect = hasIndirect;
  }

  /** Reads descriptor `index` of the queue's own table at (high, low) and makes it descriptor 0 here. */
  load(high: number, low: number, index: number): void {
    const offset = index * VIRTQ_DESC_SIZE;
    this.#memory.read(addHigh(high, low, offset), addLow(low, offset), this.#first);
  }

  /** Reads the indirect table that descriptor 0 refers to; returns the number of descriptors that are here now. */
  loadIndirect(): number {
    if (!this.#hasIndirect) throw new RingError('indirect descriptor, not negotiated');
    const high = this.#view.getUint32(VIRTQ_DESC_ADDR_HIGH, true);
    const low = this.#view.getUint32(VIRTQ_DESC_ADDR_LOW, true);
    const length = this.#view.getUint32(VIRTQ_DESC_LEN, true);
    const entries = length / VIRTQ_DESC_SIZE;
    if (entries === 0 || !Number.isInteger(entries) || entries > MAX_INDIRECT_ENTRIES) {
      throw new RingError(`indirect table of ${length} bytes`);
    }
    if (wrapsAround(high, low, length)) throw new RingError('indirect table beyond 2^64');
    this.#memory.read(high, low, this.#bytes.subarray(0, length));
    return entries;
  }

  /** A 16-bit field of descriptor `index`, given by its offset in a descriptor. */
  u16(index: number, field: number): number {
    return this.#view.getUint16(index * VIRTQ_DESC_SIZE + field, true);
  }

  /** Adds the buffer of descriptor `index` to a chain. */
  appendTo(chain: ChainBuilder<A>, index: number, isWritable: boolean): void {
    const offset = index * VIRTQ_DESC_SIZE;
    chain.append(
      this.#view.getUint32(offset + VIRTQ_DESC_ADDR_HIGH, true),
      this.#view.getUint32(offset + VIRTQ_DESC_ADDR_LOW, true),
      this.#view.getUint32(offset + VIRTQ_DESC_LEN, true),
      isWritable,
    );
  }
}

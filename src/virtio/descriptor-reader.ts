// Descriptor table -> descriptor chain (virtio 1.2, 2.7.5): every rule a driver can break is checked here.

import { addHigh, addLow, wrapsAround } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { BufferList } from './buffer-list.ts';
import {
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_NEXT,
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

interface DescriptorTable<A extends Address> {
  readonly memory: AddressSpace<A>;
  /** Halves of the table's address. */
  readonly high: number;
  readonly low: number;
  /** Queue size: number of descriptors. */
  readonly size: number;
  /** Whether VIRTIO_F_INDIRECT_DESC was negotiated. */
  readonly hasIndirect: boolean;
}

interface ChainUnderConstruction<A extends Address> extends DescriptorChain {
  readonly readable: BufferList<A>;
  readonly writable: BufferList<A>;
}

/** Reads chains out of one descriptor table. Each descriptor is read once, so the driver can not change it in between. */
export class DescriptorReader<A extends Address> {
  readonly #table: DescriptorTable<A>;
  readonly #bytes = new Uint8Array(MAX_INDIRECT_ENTRIES * VIRTQ_DESC_SIZE);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #first = this.#bytes.subarray(0, VIRTQ_DESC_SIZE);

  constructor(table: DescriptorTable<A>) {
    this.#table = table;
  }

  /** The chain that starts at `head`. Throws `RingError` for a malformed one, `BusError` for unreachable descriptors. */
  read(head: number): DescriptorChain {
    const { memory, high, low, size } = this.#table;
    const chain = { readable: new BufferList(memory), writable: new BufferList(memory) };
    let index = head;
    for (let count = 0; ; count++) {
      if (index >= size) throw new RingError(`descriptor index ${index} outside the queue`);
      if (count === size) throw new RingError('descriptor chain with a loop');
      const offset = index * VIRTQ_DESC_SIZE;
      memory.read(addHigh(high, low, offset), addLow(low, offset), this.#first);
      const flags = this.#view.getUint16(VIRTQ_DESC_FLAGS, true);
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) {
        this.#readIndirect(chain, flags);
        return chain;
      }
      this.#append(chain, 0, flags);
      if ((flags & VIRTQ_DESC_F_NEXT) === 0) return chain;
      index = this.#view.getUint16(VIRTQ_DESC_NEXT, true);
    }
  }

  // virtio 1.2, 2.7.5.3.2: the WRITE flag of the referring descriptor is ignored; direct descriptors may precede it.
  #readIndirect(chain: ChainUnderConstruction<A>, flags: number): void {
    if (!this.#table.hasIndirect) throw new RingError('indirect descriptor, not negotiated');
    if ((flags & VIRTQ_DESC_F_NEXT) !== 0) throw new RingError('indirect descriptor with NEXT');
    const high = this.#view.getUint32(VIRTQ_DESC_ADDR_HIGH, true);
    const low = this.#view.getUint32(VIRTQ_DESC_ADDR_LOW, true);
    const length = this.#view.getUint32(VIRTQ_DESC_LEN, true);
    const entries = length / VIRTQ_DESC_SIZE;
    if (entries === 0 || !Number.isInteger(entries) || entries > MAX_INDIRECT_ENTRIES) {
      throw new RingError(`indirect table of ${length} bytes`);
    }
    if (wrapsAround(high, low, length)) throw new RingError('indirect table beyond 2^64');
    this.#table.memory.read(high, low, this.#bytes.subarray(0, length));
    let index = 0;
    for (let count = 0; ; count++) {
      if (index >= entries) throw new RingError(`descriptor index ${index} outside its table`);
      if (count === entries) throw new RingError('indirect table with a loop');
      const offset = index * VIRTQ_DESC_SIZE;
      const flags = this.#view.getUint16(offset + VIRTQ_DESC_FLAGS, true);
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) throw new RingError('indirect table in another');
      this.#append(chain, offset, flags);
      if ((flags & VIRTQ_DESC_F_NEXT) === 0) return;
      index = this.#view.getUint16(offset + VIRTQ_DESC_NEXT, true);
    }
  }

  #append(chain: ChainUnderConstruction<A>, offset: number, flags: number): void {
    const { readable, writable } = chain;
    const high = this.#view.getUint32(offset + VIRTQ_DESC_ADDR_HIGH, true);
    const low = this.#view.getUint32(offset + VIRTQ_DESC_ADDR_LOW, true);
    const length = this.#view.getUint32(offset + VIRTQ_DESC_LEN, true);
    if (wrapsAround(high, low, length)) throw new RingError('buffer beyond 2^64');
    if (readable.length + writable.length + length > MAX_CHAIN_BYTES) {
      throw new RingError('descriptor chain of more than 2^32 bytes');
    }
    if ((flags & VIRTQ_DESC_F_WRITE) !== 0) {
      writable.append(high, low, length);
      return;
    }
    // virtio 1.2, 2.7.4.2: device-readable descriptors come before all device-writable ones.
    if (writable.length > 0) throw new RingError('device-readable after device-writable buffer');
    readable.append(high, low, length);
  }
}

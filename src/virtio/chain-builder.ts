// A descriptor chain as it is put together, buffer by buffer, by either ring format.

import { wrapsAround } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { BufferList } from './buffer-list.ts';
import { RingError, type DescriptorChain } from './virtqueue.ts';

/** virtio 1.2, 2.7.5.3.1: the buffers of a chain MUST NOT add up to more than 2^32 bytes. */
const MAX_CHAIN_BYTES = 0x1_0000_0000;

/** A chain, and what its queue must know to return it. Used again for another one once it was returned. */
export class ChainBuilder<A extends Address> implements DescriptorChain {
  readonly readable: BufferList<A>;
  readonly writable: BufferList<A>;
  /** What the driver calls it: of a split ring the index of its head, of a packed one the buffer ID. */
  id = 0;
  /** Descriptors that it takes of a packed ring. */
  ringDescriptors = 0;

  constructor(memory: AddressSpace<A>) {
    this.readable = new BufferList(memory);
    this.writable = new BufferList(memory);
  }

  /** Forgets all buffers. */
  clear(): void {
    this.readable.clear();
    this.writable.clear();
  }

  /**
   * Adds a buffer at the address (high, low); throws `RingError` for one that no chain may have. An empty one is none.
   */
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

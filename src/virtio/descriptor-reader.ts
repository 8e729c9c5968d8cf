// Descriptor table of a split ring -> descriptor chain (virtio 1.2, 2.7.5): every rule a driver can break is checked.

import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { ChainBuilder, DescriptorBlock } from './descriptor-block.ts';
import {
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_NEXT,
} from './ring-layout.ts';
import type { AddressWords } from './ring-queue.ts';
import { RingError } from './virtqueue.ts';

interface DescriptorTable<A extends Address> {
  readonly memory: AddressSpace<A>;
  readonly area: AddressWords;
  /** Queue size: number of descriptors. */
  readonly size: number;
  /** Whether VIRTIO_F_INDIRECT_DESC was negotiated. */
  readonly hasIndirect: boolean;
}

/** Reads chains out of one descriptor table. */
export class DescriptorReader<A extends Address> {
  readonly #table: DescriptorTable<A>;
  readonly #block: DescriptorBlock<A>;

  constructor(table: DescriptorTable<A>) {
    this.#table = table;
    this.#block = new DescriptorBlock(table.memory, table.hasIndirect);
  }

  /** The chain that starts at `head`. Throws `RingError` for a malformed one, `BusError` for unreachable descriptors. */
  read(head: number): ChainBuilder<A> {
    const { memory, area, size } = this.#table;
    const chain = new ChainBuilder(memory);
    let index = head;
    for (let count = 0; ; count++) {
      if (index >= size) throw new RingError(`descriptor index ${index} outside the queue`);
      if (count === size) throw new RingError('descriptor chain with a loop');
      this.#block.load(area.high, area.low, index);
      const flags = this.#block.u16(0, VIRTQ_DESC_FLAGS);
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) {
        this.#readIndirect(chain, flags);
        return chain;
      }
      this.#block.appendTo(chain, 0, (flags & VIRTQ_DESC_F_WRITE) !== 0);
      if ((flags & VIRTQ_DESC_F_NEXT) === 0) return chain;
      index = this.#block.u16(0, VIRTQ_DESC_NEXT);
    }
  }

  // virtio 1.2, 2.7.5.3.2: the WRITE flag of the referring descriptor is ignored; direct descriptors may precede it.
  #readIndirect(chain: ChainBuilder<A>, flags: number): void {
    if ((flags & VIRTQ_DESC_F_NEXT) !== 0) throw new RingError('indirect descriptor with NEXT');
    const entries = this.#block.loadIndirect();
    let index = 0;
    for (let count = 0; ; count++) {
      if (index >= entries) throw new RingError(`descriptor index ${index} outside its table`);
      if (count === entries) throw new RingError('indirect table with a loop');
      const flags = this.#block.u16(index, VIRTQ_DESC_FLAGS);
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) throw new RingError('indirect table in another');
      this.#block.appendTo(chain, index, (flags & VIRTQ_DESC_F_WRITE) !== 0);
      if ((flags & VIRTQ_DESC_F_NEXT) === 0) return;
      index = this.#block.u16(index, VIRTQ_DESC_NEXT);
    }
  }
}

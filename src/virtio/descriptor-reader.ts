// Descriptor table of a split ring -> descriptor chain (virtio 1.2, 2.7.5): every rule a driver can break is checked.

import type { Address } from '../memory/address.ts';
import type { ChainBuilder } from './chain-builder.ts';
import { DescriptorBlock, type DescriptorTable } from './descriptor-block.ts';
import {
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_NEXT,
} from './ring-layout.ts';
import { RingError } from './virtqueue.ts';

/** Reads chains out of one descriptor table. */
export class DescriptorReader<A extends Address> {
  readonly #size: number;
  readonly #block: DescriptorBlock<A>;

  constructor(table: DescriptorTable<A>) {
    this.#size = table.size;
    this.#block = new DescriptorBlock(table);
  }

  /**
   * Fills an empty chain with the buffers of the one that starts at `head`. Throws `RingError` for a malformed one,
   * `BusError` for unreachable descriptors.
   */
  read(head: number, chain: ChainBuilder<A>): void {
    const size = this.#size;
    this.#block.clear();
    let index = head;
    for (let count = 0; ; count++) {
      if (index >= size) throw new RingError(`descriptor index ${index} outside the queue`);
      if (count === size) throw new RingError('descriptor chain with a loop');
      const place = this.#block.load(index);
      const flags = this.#block.u16(place, VIRTQ_DESC_FLAGS);
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) {
        this.#readIndirect(chain, place, flags);
        return;
      }
      this.#block.appendTo(chain, place, (flags & VIRTQ_DESC_F_WRITE) !== 0);
      if ((flags & VIRTQ_DESC_F_NEXT) === 0) return;
      index = this.#block.u16(place, VIRTQ_DESC_NEXT);
    }
  }

  // virtio 1.2, 2.7.5.3.2: the WRITE flag of the referring descriptor is ignored; direct descriptors may precede it.
  #readIndirect(chain: ChainBuilder<A>, place: number, flags: number): void {
    if ((flags & VIRTQ_DESC_F_NEXT) !== 0) throw new RingError('indirect descriptor with NEXT');
    const entries = this.#block.loadIndirect(place);
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

// The chains a device has taken from a queue and not returned yet.

import { assert } from '../base/assert.ts';
import type { DescriptorChain, WritablePart } from './virtqueue.ts';

/** A chain that knows how many bytes the device has stored in it. */
interface WatchedChain extends DescriptorChain {
  readonly writable: WritablePart & { readonly storedBytes: number };
}

interface Taken<T> {
  readonly chain: WatchedChain;
  readonly entry: T;
}

/** Chains in the order they were taken, each with what its queue must know to return it. */
export class TakenChains<T> {
  readonly #chains = new Map<DescriptorChain, Taken<T>>();
  readonly #mustBeInOrder: boolean;
  #isOvertaken = false;

  /** `mustBeInOrder`: VIRTIO_F_IN_ORDER was negotiated, so a device that returns chains in another order is wrong. */
  constructor(mustBeInOrder: boolean) {
    this.#mustBeInOrder = mustBeInOrder;
  }

  get size(): number {
    return this.#chains.size;
  }

  /** Whether one of the chains that are left was taken before one that was returned. */
  get isOvertaken(): boolean {
    return this.#isOvertaken;
  }

  add(chain: WatchedChain, entry: T): void {
    this.#chains.set(chain, { chain, entry });
  }

  /** The entry of a chain that the device returns with `written` bytes; asserts that the device may do so. */
  remove(chain: DescriptorChain, written: number): T {
    const taken = this.#chains.get(chain);
    assert(taken !== undefined, 'only a popped chain is pushed, and once');
    // virtio 1.2, 2.7.8.2: `len` counts bytes that were written, from the first device-writable byte on.
    const isHonest = written >= 0 && written <= taken.chain.writable.storedBytes;
    assert(isHonest && written <= chain.writable.length, 'no more bytes claimed than written');
    const [oldest] = this.#chains.keys();
    if (oldest !== chain) {
      // virtio 1.2, 6.1: with IN_ORDER, buffers are used in the order in which they were made available.
      assert(!this.#mustBeInOrder, 'a device that claims to use buffers in order does so');
      this.#isOvertaken = true;
    }
    this.#chains.delete(chain);
    if (this.#chains.size === 0) this.#isOvertaken = false;
    return taken.entry;
  }

  clear(): void {
    this.#chains.clear();
    this.#isOvertaken = false;
  }
}

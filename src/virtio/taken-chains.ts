// The chains a device has taken from a queue and not returned yet, and those it has returned, for use again.

import { assert } from '../base/assert.ts';
import type { ChainBuilder } from './chain-builder.ts';
import type { Address } from '../memory/address.ts';
import type { DescriptorChain } from './virtqueue.ts';

/**
 * Chains in the order they were taken. There are never more, taken and spare together, than were taken at one time
 * and one.
 */
export class TakenChains<A extends Address> {
  readonly #create: () => ChainBuilder<A>;
  readonly #mustBeInOrder: boolean;
  // A ring: a power of two of places, of which #size from #first on are taken.
  #places: (ChainBuilder<A> | undefined)[] = [undefined];
  #first = 0;
  #size = 0;
  #isOvertaken = false;
  #spare: ChainBuilder<A>[] = [];

  /** `mustBeInOrder`: VIRTIO_F_IN_ORDER was negotiated, so a device that returns chains in another order is wrong. */
  constructor(create: () => ChainBuilder<A>, mustBeInOrder: boolean) {
    this.#create = create;
    this.#mustBeInOrder = mustBeInOrder;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether one of the chains that are left was taken before one that was returned. */
  get isOvertaken(): boolean {
    return this.#isOvertaken;
  }

  /** An empty chain to fill. It is not taken before `add`; without that, the next call returns it again. */
  blank(): ChainBuilder<A> {
    let chain = this.#spare.at(-1);
    if (chain === undefined) {
      chain = this.#create();
      this.#spare.push(chain);
    }
    chain.clear();
    return chain;
  }

  /** The latest `blank` is taken. */
  add(): void {
    const chain = this.#spare.pop();
    assert(chain !== undefined, 'a chain is filled before it is taken');
    if (this.#size === this.#places.length) this.#grow();
    this.#places[this.#place(this.#size)] = chain;
    this.#size += 1;
  }

  /** A chain that the device returns with `written` bytes; asserts that the device may do so. Good until `blank`. */
  remove(chain: DescriptorChain, written: number): ChainBuilder<A> {
    const position = this.#find(chain);
    const taken = this.#places[this.#place(position)];
    assert(taken !== undefined, 'only a popped chain is pushed, and once');
    // virtio 1.2, 2.7.8.2: `len` counts bytes that were written, from the first device-writable byte on.
    const isHonest = written >= 0 && written <= taken.writable.storedBytes;
    assert(isHonest && written <= taken.writable.length, 'no more bytes claimed than written');
    if (position > 0) {
      // virtio 1.2, 6.1: with IN_ORDER, buffers are used in the order in which they were made available.
      assert(!this.#mustBeInOrder, 'a device that claims to use buffers in order does so');
      this.#isOvertaken = true;
    }
    this.#takeOut(position);
    this.#spare.push(taken);
    return taken;
  }

  clear(): void {
    this.#places = [undefined];
    this.#spare = [];
    this.#first = 0;
    this.#size = 0;
    this.#isOvertaken = false;
  }

  #place(position: number): number {
    return (this.#first + position) & (this.#places.length - 1);
  }

  /** How many chains were taken before this one and are left; the number of all when it is none of them. */
  #find(chain: DescriptorChain): number {
    let position = 0;
    while (position < this.#size && this.#places[this.#place(position)] !== chain) position += 1;
    return position;
  }

  #takeOut(position: number): void {
    for (let index = position; index > 0; index -= 1) {
      this.#places[this.#place(index)] = this.#places[this.#place(index - 1)];
    }
    this.#places[this.#first] = undefined;
    this.#first = this.#place(1);
    this.#size -= 1;
    if (this.#size === 0) this.#isOvertaken = false;
  }

  #grow(): void {
    const taken = Array.from(
      { length: this.#size },
      (_unused, position) => this.#places[this.#place(position)],
    );
    this.#places = [...taken, ...taken.map(() => undefined)];
    this.#first = 0;
  }
}

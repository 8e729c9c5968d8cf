// Guards of v86's virtqueues: whatever a guest puts into a ring ends in a device that waits for its reset
// (virtio 1.2, 2.1.2), never in an exception, an endless loop or a large allocation. v86 trusts its drivers.

import { BusError } from '../../memory/address-space.ts';
import { MAX_DATA_LENGTH, type DmaBus } from './dma-bus.ts';
import type { V86BufferChain, V86Descriptor, V86Virtqueue } from './v86-internals.ts';

/** Descriptors of one chain, over all indirect tables on its way: the largest queue of v86's devices. */
export const MAX_DESCRIPTORS = 1024;

/** What v86 gets when it takes a chain that is not there: no buffers, and no way into the used ring. */
const NO_CHAIN: V86BufferChain = {
  length_readable: 0,
  length_writable: 0,
  get_next_blob: () => 0,
  set_next_blob: () => 0,
};

/** Counts the driver's register writes; 0 while none is being handled. */
export interface Visits {
  readonly current: number;
}

export interface QueueGuardParts {
  readonly queue: V86Virtqueue;
  /** The device's memory, which is the queue's. */
  readonly bus: DmaBus;
  readonly visits: Visits;
  /** Called when the ring or a chain in it can not be used. */
  readonly breakDevice: () => void;
}

/** The guard of one queue: `install` takes over the queue's methods. */
export class QueueGuard {
  readonly #queue: V86Virtqueue;
  readonly #bus: DmaBus;
  readonly #visits: Visits;
  readonly #breakDevice: () => void;
  readonly #countRequests: () => number;
  readonly #popRequest: () => V86BufferChain;
  /** Chains that v86 took and did not return yet. */
  #taken = new WeakSet<V86BufferChain>();
  /** The chain that `has_request` has looked at, to be taken next. */
  #staged: V86BufferChain | undefined;
  #isStaging = false;
  #descriptors = 0;
  #visit = 0;
  #takenInVisit = 0;

  constructor({ queue, bus, visits, breakDevice }: QueueGuardParts) {
    this.#queue = queue;
    this.#bus = bus;
    this.#visits = visits;
    this.#breakDevice = breakDevice;
    this.#countRequests = queue.count_requests.bind(queue);
    this.#popRequest = queue.pop_request.bind(queue);
  }

  install(): void {
    const queue = this.#queue;
    const pushReply = queue.push_reply.bind(queue);
    const flushReplies = queue.flush_replies.bind(queue);
    const notifyMeAfter = queue.notify_me_after.bind(queue);
    const reset = queue.reset.bind(queue);
    const setState = queue.set_state.bind(queue);
    queue.get_descriptor = (table, index) => this.#checkedDescriptor(table, index);
    // v86's own pop_request asks has_request once more.
    queue.has_request = () => this.#isStaging || this.#stage() !== undefined;
    queue.pop_request = () => this.#take();
    queue.push_reply = (chain) => {
      // A chain is returned once, and not to another driver than the one that made it available.
      if (this.#taken.delete(chain)) this.#attempt(() => pushReply(chain));
    };
    queue.flush_replies = () => this.#attempt(flushReplies);
    queue.notify_me_after = (count) => this.#attempt(() => notifyMeAfter(count));
    queue.reset = () => {
      this.#forget();
      reset();
    };
    queue.set_state = (state) => {
      this.#forget();
      setState(state);
    };
  }

  #take(): V86BufferChain {
    const chain = this.#stage();
    if (chain === undefined) return NO_CHAIN;
    this.#staged = undefined;
    this.#taken.add(chain);
    return chain;
  }

  #stage(): V86BufferChain | undefined {
    if (this.#staged !== undefined || !this.#queue.is_configured()) return this.#staged;
    try {
      this.#staged = this.#popNext();
    } catch {
      this.#breakDevice();
    }
    this.#isStaging = false;
    return this.#staged;
  }

  #popNext(): V86BufferChain | undefined {
    const waiting = this.#countRequests();
    if (waiting === 0) return undefined;
    // virtio 1.2, 2.7.13.3.1: a driver makes no more available than the queue holds.
    if (waiting > this.#queue.size) throw new BusError('more available than the queue holds');
    this.#countVisit();
    this.#descriptors = 0;
    this.#isStaging = true;
    const chain = this.#popRequest();
    if (chain.length_readable + chain.length_writable > MAX_DATA_LENGTH) {
      throw new BusError('buffers beyond reason');
    }
    return chain;
  }

  /** A device that writes into its own available ring must not feed itself for ever. */
  #countVisit(): void {
    const { current } = this.#visits;
    if (current === 0) return;
    if (current !== this.#visit) {
      this.#visit = current;
      this.#takenInVisit = 0;
    }
    if (++this.#takenInVisit > this.#queue.size) throw new BusError('a ring that fills itself');
  }

  #checkedDescriptor(table: number, index: number): V86Descriptor {
    if (++this.#descriptors > MAX_DESCRIPTORS) throw new BusError('a chain without end');
    const descriptor = this.#bus.readDescriptor(table, index);
    // v86 keeps lengths signed and has 32 address bits.
    if (descriptor.len < 0 || descriptor.addr_high !== 0) {
      throw new BusError('a buffer that v86 cannot reach');
    }
    return descriptor;
  }

  #attempt(action: () => void): void {
    if (!this.#queue.is_configured()) return;
    try {
      action();
    } catch {
      this.#breakDevice();
    }
  }

  #forget(): void {
    this.#staged = undefined;
    this.#taken = new WeakSet();
  }
}

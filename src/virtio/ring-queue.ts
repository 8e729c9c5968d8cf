// What a transport sees of a virtqueue, whatever its ring format.

import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import type { Virtqueue } from './virtqueue.ts';

/** A 64-bit address as unsigned 32-bit halves. */
export interface AddressWords {
  readonly high: number;
  readonly low: number;
}

/** What a driver set up before it enabled the queue. Alignment and size were checked (`QueueRegisters.enable`). */
export interface RingQueueOptions<A extends Address> {
  /** Where the buffers are, and the ring, which is accessed through its `rings` where there is one. */
  readonly memory: AddressSpace<A>;
  /** Queue size; of a split ring, a power of two. */
  readonly size: number;
  readonly descriptorArea: AddressWords;
  readonly driverArea: AddressWords;
  readonly deviceArea: AddressWords;
  /** The negotiated feature bits. */
  readonly features: bigint;
  /** Sends a used buffer notification. */
  readonly notifyUsed: () => void;
  /** Where a restored queue goes on; without it, where a new queue starts. */
  readonly position?: RingPosition;
}

/**
 * How far a queue has come; plain data for a snapshot. Both numbers have 16 bits: free-running indices of a split
 * ring, positions in a packed one (see `PACKED_START`).
 */
export interface RingPosition {
  /** The next available entry to take. */
  readonly nextAvailable: number;
  /** The next used entry to fill. */
  readonly nextUsed: number;
}

/** A virtqueue with what only its transport may do. Whoever calls the device announces it with `beginRound` first. */
export interface RingQueue extends Virtqueue {
  /**
   * The device is about to run: the driver may have added entries since the last round. A round takes no more than a
   * queue can hold, so that it ends even when what the device writes lands in its own ring.
   */
  beginRound(): void;
  /** Ends all access to the driver's memory for good (reset, QueueReady = 0, DEVICE_NEEDS_RESET). */
  stop(): void;
  /**
   * Chains that are taken count as available again: their device model starts anew after a restore. Asserts that none
   * of them was overtaken, for then no position says which ones are left.
   */
  readonly position: RingPosition;
}

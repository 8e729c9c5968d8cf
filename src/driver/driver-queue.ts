// Driver side of one virtqueue, whatever its ring format: what a test asks of it.

import type { DriverMemory } from './driver-memory.ts';

/** One descriptor as it goes into a table or a packed ring. */
export interface Descriptor {
  /** What the device is told: an IOVA or GPA. */
  readonly address: bigint;
  readonly length: number;
  readonly flags: number;
  /** In a packed ring, the buffer ID. */
  readonly next: number;
}

/** A chain in the framing the test wants: one descriptor per array, one per length; empty ones are legal. */
export interface ChainRequest {
  readonly readable?: readonly Uint8Array[];
  /** Lengths in bytes of the device-writable buffers. */
  readonly writable?: readonly number[];
  /**
   * How many of the descriptors stand in the queue's own table; the others in an indirect one. Default: all. A packed
   * ring has no such mixture: there, any less than all puts all of them into the indirect table.
   */
  readonly directDescriptors?: number;
  /** Byte that fills the device-writable buffers beforehand. Default 0. */
  readonly fill?: number;
}

/** What `add` would run out of. */
export type Shortage = 'descriptors' | 'memory';

/** A chain the device has returned. */
export interface UsedChain {
  /** What `add` returned. */
  readonly head: number;
  /** `len` of the used entry. */
  readonly length: number;
  /** Everything that now stands in the device-writable buffers, joined; bytes never written are `fill`. */
  readonly bytes: Uint8Array;
}

export interface DriverQueueOptions {
  readonly driverMemory: DriverMemory;
  readonly size: number;
  /** Bytes for the buffers of chains in flight. Default 64 KiB. */
  readonly bufferBytes?: number;
  /** The address to give the device for an offset in guest RAM. Default: the same, as without an IOMMU. */
  readonly toBus?: (offset: number) => bigint;
  /** Where both sides begin, as in a `RingPosition`: near a wrap for a test of it. Default: as after a reset. */
  readonly start?: number;
}

/** A queue in guest RAM. Nothing here notifies the device: see `MmioDriver.notify`. */
export interface DriverQueue {
  readonly size: number;
  /** Offsets of the three areas in guest RAM. */
  readonly descriptorArea: number;
  readonly driverArea: number;
  readonly deviceArea: number;
  /** The address to give the device for an offset in guest RAM. */
  readonly toBus: (offset: number) => bigint;
  /** Descriptors that are free in the queue's own table or ring. */
  readonly freeDescriptors: number;
  /** Where the next chain goes, in the 16 bits that notification data has for it (virtio 1.2, 2.9). */
  readonly nextAvailable: number;
  /** How many chains the device has returned, modulo 2^16; of a split ring, the used index itself. */
  readonly deviceIndex: number;

  /** What is missing for `add` to take the request; undefined when it can. */
  shortageFor(request: ChainRequest): Shortage | undefined;
  /** Makes a chain available and returns what the device will name it by: its head, or its buffer ID. */
  add(request: ChainRequest): number;
  /** Takes the next chain the device returned; undefined when there is none. */
  takeUsed(): UsedChain | undefined;
  /** `takeUsed` for a test that knows the device is done. */
  expectUsed(): UsedChain;
  /** Asks the device not to interrupt, or to do so again. Without meaning in a split ring with EVENT_IDX. */
  suppressInterrupts(isSuppressed: boolean): void;

  /** Makes the chain available whose descriptors stand at `head`: also for hostile tests. In a packed ring, in order. */
  makeAvailable(head: number): void;
  /** Writes descriptor `index` of the queue's table or ring; for hostile tests. */
  writeDescriptor(index: number, descriptor: Descriptor): void;
  /** Writes a descriptor at any offset in guest RAM. */
  writeDescriptorAt(offset: number, descriptor: Descriptor): void;
}

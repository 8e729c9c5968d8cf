// Driver side of one packed virtqueue (virtio 1.2, 2.8): lays out the ring, adds chains in any framing, takes used ones.

import { assert } from '../base/assert.ts';
import {
  PACKED_START,
  PVIRTQ_DESC_FLAGS,
  PVIRTQ_DESC_ID,
  PVIRTQ_EVENT_ALIGN,
  PVIRTQ_EVENT_DESC,
  PVIRTQ_EVENT_FLAGS,
  PVIRTQ_EVENT_SIZE,
  RING_EVENT_FLAGS_DESC,
  RING_EVENT_FLAGS_DISABLE,
  RING_EVENT_FLAGS_ENABLE,
  VIRTQ_DESC_ALIGN,
  VIRTQ_DESC_F_AVAIL,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_USED,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_SIZE,
  availableFlags,
  descriptorTableLength,
  isUsed,
  packedAdvance,
  packedIndex,
  packedWrap,
} from '../virtio/ring-layout.ts';
import {
  DriverBuffers,
  writeBufferFields,
  type LooseDescriptor,
  type WritableBuffer,
} from './driver-buffers.ts';
import type {
  ChainRequest,
  Descriptor,
  DriverQueue,
  DriverQueueOptions,
  Shortage,
  UsedChain,
} from './driver-queue.ts';

const COUNT_MASK = 0xffff;
const OWNERSHIP = VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED;

interface PendingChain {
  /** Descriptors in the ring. */
  readonly count: number;
  readonly writable: readonly WritableBuffer[];
}

/** An event suppression structure as it stands in memory. */
export interface EventSuppression {
  readonly desc: number;
  readonly flags: number;
}

/** See `DriverQueue`. */
export class PackedDriverQueue implements DriverQueue {
  readonly size: number;
  readonly descriptorArea: number;
  readonly driverArea: number;
  readonly deviceArea: number;
  readonly toBus: (offset: number) => bigint;
  readonly #view: DataView;
  readonly #buffers: DriverBuffers;
  readonly #ids: number[];
  readonly #pending = new Map<number, PendingChain>();
  #next: number;
  #nextUsed: number;
  #free: number;
  #taken = 0;

  constructor(options: DriverQueueOptions) {
    const { driverMemory, size, start = PACKED_START } = options;
    this.size = size;
    this.toBus = options.toBus ?? BigInt;
    this.descriptorArea = driverMemory.allocate(descriptorTableLength(size), VIRTQ_DESC_ALIGN);
    this.driverArea = driverMemory.allocate(PVIRTQ_EVENT_SIZE, PVIRTQ_EVENT_ALIGN);
    this.deviceArea = driverMemory.allocate(PVIRTQ_EVENT_SIZE, PVIRTQ_EVENT_ALIGN);
    this.#buffers = new DriverBuffers(options);
    this.#view = new DataView(driverMemory.memory.bytes.buffer);
    // From the top, so that a buffer ID is not taken for a place in the ring.
    this.#ids = Array.from({ length: size }, (_, index) => size - 1 - index);
    this.#next = start;
    this.#nextUsed = start;
    this.#free = size;
  }

  get freeDescriptors(): number {
    return this.#free;
  }

  get nextAvailable(): number {
    return this.#next;
  }

  get deviceIndex(): number {
    let count = this.#taken;
    for (let at = this.#nextUsed; count - this.#taken < this.size && this.#isUsedAt(at); count++) {
      const id = this.#u16(packedIndex(at), PVIRTQ_DESC_ID);
      at = packedAdvance(at, this.#pending.get(id)?.count ?? 1, this.size);
    }
    return count & COUNT_MASK;
  }

  shortageFor(request: ChainRequest): Shortage | undefined {
    const count = (request.readable?.length ?? 0) + (request.writable?.length ?? 0);
    const isDirect = (request.directDescriptors ?? count) >= count;
    if ((isDirect ? count : 1) > this.#free) return 'descriptors';
    return this.#buffers.hasRoomFor(request, isDirect ? 0 : count) ? undefined : 'memory';
  }

  add(request: ChainRequest): number {
    const { descriptors: buffers, writable } = this.#buffers.place(request);
    const isDirect = (request.directDescriptors ?? buffers.length) >= buffers.length;
    const descriptors = isDirect ? buffers : [this.#indirect(buffers)];
    const count = descriptors.length;
    assert(count > 0, 'a chain has a descriptor');
    assert(count <= this.#free, 'the queue has descriptors left');
    const id = this.#ids.shift();
    assert(id !== undefined, 'there are as many buffer IDs as descriptors');
    let at = this.#next;
    descriptors.forEach((descriptor, position) => {
      const flags = descriptor.flags | (position === count - 1 ? 0 : VIRTQ_DESC_F_NEXT);
      // virtio 1.2, 2.8.6: the ID stands in the last descriptor of a list; elsewhere it must not be looked at.
      const next = position === count - 1 ? id : COUNT_MASK;
      this.writeDescriptor(packedIndex(at), { ...descriptor, flags, next });
      at = packedAdvance(at, 1, this.size);
    });
    this.#pending.set(id, { count, writable });
    this.#free -= count;
    this.makeAvailable(packedIndex(this.#next));
    return id;
  }

  takeUsed(): UsedChain | undefined {
    if (!this.#isUsedAt(this.#nextUsed)) return undefined;
    const slot = packedIndex(this.#nextUsed);
    const id = this.#u16(slot, PVIRTQ_DESC_ID);
    const chain = this.#pending.get(id);
    if (chain === undefined) throw new Error(`the device returned ${id}, which it did not have`);
    const isWritten = (this.#u16(slot, PVIRTQ_DESC_FLAGS) & VIRTQ_DESC_F_WRITE) !== 0;
    const length = this.#view.getUint32(this.#offsetOf(slot) + VIRTQ_DESC_LEN, true);
    this.#nextUsed = packedAdvance(this.#nextUsed, chain.count, this.size);
    this.#taken++;
    this.#pending.delete(id);
    this.#ids.push(id);
    this.#free += chain.count;
    const bytes = this.#buffers.collect(chain.writable);
    if (this.#pending.size === 0) this.#buffers.release();
    else this.#buffers.free(chain.writable);
    // virtio 1.2, 2.8.4: without WRITE the length is reserved.
    return { head: id, length: isWritten ? length : 0, bytes };
  }

  expectUsed(): UsedChain {
    const used = this.takeUsed();
    if (used === undefined) throw new Error('the device returned nothing');
    return used;
  }

  /** What the device says about notifications it wants. */
  get deviceEvent(): EventSuppression {
    return {
      desc: this.#view.getUint16(this.deviceArea + PVIRTQ_EVENT_DESC, true),
      flags: this.#view.getUint16(this.deviceArea + PVIRTQ_EVENT_FLAGS, true),
    };
  }

  /** Writes the driver's event suppression structure, sensible or not. */
  setDriverEvent({ desc, flags }: EventSuppression): void {
    this.#view.setUint16(this.driverArea + PVIRTQ_EVENT_DESC, desc, true);
    this.#view.setUint16(this.driverArea + PVIRTQ_EVENT_FLAGS, flags, true);
  }

  /** Asks for a notification when the descriptor at `position` is used (VIRTIO_F_EVENT_IDX). */
  setUsedEvent(position: number): void {
    this.setDriverEvent({ desc: position, flags: RING_EVENT_FLAGS_DESC });
  }

  suppressInterrupts(isSuppressed: boolean): void {
    const flags = isSuppressed ? RING_EVENT_FLAGS_DISABLE : RING_EVENT_FLAGS_ENABLE;
    this.setDriverEvent({ desc: 0, flags });
  }

  // Marks the list at `head` as available, its first descriptor last (virtio 1.2, 2.8.21).
  makeAvailable(head: number): void {
    assert(head === packedIndex(this.#next), 'a packed ring is filled in order');
    const marks: (() => void)[] = [];
    for (let hasNext = true; hasNext && marks.length < this.size;) {
      const slot = packedIndex(this.#next);
      const flags = this.#u16(slot, PVIRTQ_DESC_FLAGS);
      const bits = availableFlags(packedWrap(this.#next));
      marks.unshift(() => this.#setFlags(slot, (flags & ~OWNERSHIP) | bits));
      this.#next = packedAdvance(this.#next, 1, this.size);
      hasNext = (flags & VIRTQ_DESC_F_NEXT) !== 0;
    }
    for (const mark of marks) mark();
  }

  writeDescriptor(index: number, descriptor: Descriptor): void {
    this.writeDescriptorAt(this.#offsetOf(index), descriptor);
  }

  writeDescriptorAt(offset: number, descriptor: Descriptor): void {
    const { flags, next } = descriptor;
    writeBufferFields(this.#view, offset, descriptor);
    this.#view.setUint16(offset + PVIRTQ_DESC_ID, next, true);
    this.#view.setUint16(offset + PVIRTQ_DESC_FLAGS, flags, true);
  }

  #indirect(buffers: readonly LooseDescriptor[]): LooseDescriptor {
    const length = descriptorTableLength(buffers.length);
    const table = this.#buffers.placeTable(length);
    buffers.forEach((buffer, index) =>
      this.writeDescriptorAt(table + index * VIRTQ_DESC_SIZE, { ...buffer, next: 0 }),
    );
    return { address: this.toBus(table), length, flags: VIRTQ_DESC_F_INDIRECT };
  }

  #isUsedAt(position: number): boolean {
    const flags = this.#u16(packedIndex(position), PVIRTQ_DESC_FLAGS);
    return isUsed(flags, packedWrap(position));
  }

  #offsetOf(index: number): number {
    return this.descriptorArea + index * VIRTQ_DESC_SIZE;
  }

  #u16(index: number, field: number): number {
    return this.#view.getUint16(this.#offsetOf(index) + field, true);
  }

  #setFlags(index: number, flags: number): void {
    this.#view.setUint16(this.#offsetOf(index) + PVIRTQ_DESC_FLAGS, flags, true);
  }
}

// Driver side of one split virtqueue (virtio 1.2, 2.7): lays out the ring, adds chains in any framing, takes used ones.

import { assert } from '../base/assert.ts';
import {
  VIRTQ_AVAIL_ENTRY_SIZE,
  VIRTQ_AVAIL_FLAGS,
  VIRTQ_AVAIL_F_NO_INTERRUPT,
  VIRTQ_AVAIL_IDX,
  VIRTQ_AVAIL_RING,
  VIRTQ_DESC_ALIGN,
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_NEXT,
  VIRTQ_DESC_SIZE,
  VIRTQ_USED_ALIGN,
  VIRTQ_USED_ENTRY_ID,
  VIRTQ_USED_ENTRY_LEN,
  VIRTQ_USED_ENTRY_SIZE,
  VIRTQ_USED_IDX,
  VIRTQ_USED_RING,
  availEventOffset,
  availRingLength,
  descriptorTableLength,
  usedEventOffset,
  usedRingLength,
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

const INDEX_MASK = 0xffff;

interface PendingChain {
  readonly descriptors: readonly number[];
  readonly writable: readonly WritableBuffer[];
}

/** See `DriverQueue`. Uses descriptors in ring order as long as the device does (VIRTIO_F_IN_ORDER). */
export class SplitDriverQueue implements DriverQueue {
  readonly size: number;
  readonly descriptorArea: number;
  readonly driverArea: number;
  readonly deviceArea: number;
  readonly toBus: (offset: number) => bigint;
  readonly #view: DataView;
  readonly #buffers: DriverBuffers;
  readonly #free: number[];
  readonly #pending = new Map<number, PendingChain>();
  #availableIndex = 0;
  #usedIndex = 0;

  constructor(options: DriverQueueOptions) {
    const { driverMemory, size } = options;
    this.size = size;
    this.toBus = options.toBus ?? BigInt;
    this.descriptorArea = driverMemory.allocate(descriptorTableLength(size), VIRTQ_DESC_ALIGN);
    this.driverArea = driverMemory.allocate(availRingLength(size), VIRTQ_AVAIL_ENTRY_SIZE);
    this.deviceArea = driverMemory.allocate(usedRingLength(size), VIRTQ_USED_ALIGN);
    this.#buffers = new DriverBuffers(options);
    this.#view = new DataView(driverMemory.memory.bytes.buffer);
    this.#free = Array.from({ length: size }, (_, index) => index);
    this.setAvailableIndex(options.start ?? 0);
    this.#usedIndex = this.#availableIndex;
    this.#view.setUint16(this.deviceArea + VIRTQ_USED_IDX, this.#usedIndex, true);
  }

  get freeDescriptors(): number {
    return this.#free.length;
  }

  get nextAvailable(): number {
    return this.#availableIndex;
  }

  shortageFor(request: ChainRequest): Shortage | undefined {
    const count = (request.readable?.length ?? 0) + (request.writable?.length ?? 0);
    const direct = Math.min(request.directDescriptors ?? count, count);
    const tables = direct < count ? 1 : 0;
    if (direct + tables > this.freeDescriptors) return 'descriptors';
    return this.#buffers.hasRoomFor(request, count - direct) ? undefined : 'memory';
  }

  add(request: ChainRequest): number {
    const { descriptors: buffers, writable } = this.#buffers.place(request);
    const directCount = request.directDescriptors ?? buffers.length;
    const direct = buffers.slice(0, directCount);
    if (directCount < buffers.length) direct.push(this.#indirect(buffers.slice(directCount)));
    const descriptors = this.#link(direct);
    const head = descriptors[0];
    assert(head !== undefined, 'a chain has a descriptor');
    this.#pending.set(head, { descriptors, writable });
    this.makeAvailable(head);
    return head;
  }

  takeUsed(): UsedChain | undefined {
    if (this.deviceIndex === this.#usedIndex) return undefined;
    const slot = this.#usedIndex & (this.size - 1);
    const entry = this.deviceArea + VIRTQ_USED_RING + slot * VIRTQ_USED_ENTRY_SIZE;
    const head = this.#view.getUint32(entry + VIRTQ_USED_ENTRY_ID, true);
    const length = this.#view.getUint32(entry + VIRTQ_USED_ENTRY_LEN, true);
    const chain = this.#pending.get(head);
    if (chain === undefined) throw new Error(`the device returned ${head}, which it did not have`);
    this.#usedIndex = (this.#usedIndex + 1) & INDEX_MASK;
    this.#pending.delete(head);
    this.#free.push(...chain.descriptors);
    const bytes = this.#buffers.collect(chain.writable);
    if (this.#pending.size === 0) this.#buffers.release();
    else this.#buffers.free(chain.writable);
    return { head, length, bytes };
  }

  expectUsed(): UsedChain {
    const used = this.takeUsed();
    if (used === undefined) throw new Error('the device returned nothing');
    return used;
  }

  get deviceIndex(): number {
    return this.#view.getUint16(this.deviceArea + VIRTQ_USED_IDX, true);
  }

  /** The device's avail_event (VIRTIO_F_EVENT_IDX). */
  get availEvent(): number {
    return this.#view.getUint16(this.deviceArea + availEventOffset(this.size), true);
  }

  /** Sets used_event: be notified when the used index goes past it (VIRTIO_F_EVENT_IDX). */
  setUsedEvent(index: number): void {
    this.#view.setUint16(this.driverArea + usedEventOffset(this.size), index, true);
  }

  suppressInterrupts(isSuppressed: boolean): void {
    const flags = isSuppressed ? VIRTQ_AVAIL_F_NO_INTERRUPT : 0;
    this.#view.setUint16(this.driverArea + VIRTQ_AVAIL_FLAGS, flags, true);
  }

  // Any number may be a hostile test's head.
  makeAvailable(head: number): void {
    const slot = this.#availableIndex & (this.size - 1);
    const entry = this.driverArea + VIRTQ_AVAIL_RING + slot * VIRTQ_AVAIL_ENTRY_SIZE;
    this.#view.setUint16(entry, head, true);
    this.setAvailableIndex(this.#availableIndex + 1);
  }

  /** Sets the available index to any value: also for hostile tests. */
  setAvailableIndex(index: number): void {
    this.#availableIndex = index & INDEX_MASK;
    this.#view.setUint16(this.driverArea + VIRTQ_AVAIL_IDX, this.#availableIndex, true);
  }

  writeDescriptor(index: number, descriptor: Descriptor): void {
    this.writeDescriptorAt(this.descriptorArea + index * VIRTQ_DESC_SIZE, descriptor);
  }

  writeDescriptorAt(offset: number, descriptor: Descriptor): void {
    const { flags, next } = descriptor;
    writeBufferFields(this.#view, offset, descriptor);
    this.#view.setUint16(offset + VIRTQ_DESC_FLAGS, flags, true);
    this.#view.setUint16(offset + VIRTQ_DESC_NEXT, next, true);
  }

  #indirect(buffers: readonly LooseDescriptor[]): LooseDescriptor {
    const length = descriptorTableLength(buffers.length);
    const table = this.#buffers.placeTable(length);
    buffers.forEach((buffer, index) => {
      const isLast = index === buffers.length - 1;
      this.writeDescriptorAt(table + index * VIRTQ_DESC_SIZE, {
        ...buffer,
        flags: buffer.flags | (isLast ? 0 : VIRTQ_DESC_F_NEXT),
        next: isLast ? 0 : index + 1,
      });
    });
    return { address: this.toBus(table), length, flags: VIRTQ_DESC_F_INDIRECT };
  }

  #link(buffers: readonly LooseDescriptor[]): readonly number[] {
    assert(buffers.length <= this.#free.length, 'the queue has descriptors left');
    const indices = this.#free.splice(0, buffers.length);
    buffers.forEach((buffer, position) => {
      const next = indices[position + 1];
      const index = indices[position];
      assert(index !== undefined, 'one descriptor per buffer');
      this.writeDescriptor(index, {
        ...buffer,
        flags: buffer.flags | (next === undefined ? 0 : VIRTQ_DESC_F_NEXT),
        next: next ?? 0,
      });
    });
    return indices;
  }
}

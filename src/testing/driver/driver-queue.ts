// Driver side of one split virtqueue (virtio 1.2, 2.7): lays out the ring, adds chains in any framing, takes used ones.

import { assert } from '../../base/assert.ts';
import { highWord, lowWord } from '../../base/words.ts';
import {
  VIRTQ_AVAIL_ENTRY_SIZE,
  VIRTQ_AVAIL_FLAGS,
  VIRTQ_AVAIL_F_NO_INTERRUPT,
  VIRTQ_AVAIL_IDX,
  VIRTQ_AVAIL_RING,
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_ALIGN,
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_LEN,
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
} from '../../virtio/ring-layout.ts';
import { roomFor, type DriverMemory } from './driver-memory.ts';

const INDEX_MASK = 0xffff;

/** One descriptor as it goes into a table. */
export interface Descriptor {
  /** What the device is told: an IOVA or GPA. */
  readonly address: bigint;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
}

/** A chain in the framing the test wants: one descriptor per array, one per length. */
export interface ChainRequest {
  readonly readable?: readonly Uint8Array[];
  /** Lengths in bytes of the device-writable buffers. */
  readonly writable?: readonly number[];
  /** How many of the descriptors stand in the queue's own table; the others in an indirect one. Default: all. */
  readonly directDescriptors?: number;
  /** Byte that fills the device-writable buffers beforehand. Default 0. */
  readonly fill?: number;
}

/** What `add` would run out of. */
export type Shortage = 'descriptors' | 'memory';

/** A chain the device has returned. */
export interface UsedChain {
  /** Index of the head descriptor, as `add` returned it. */
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
  /** Where both free-running indices begin: near 2^16 for a test of their wrap. Default 0, as after a reset. */
  readonly startIndex?: number;
}

interface PendingChain {
  readonly descriptors: readonly number[];
  readonly writable: readonly { readonly offset: number; readonly length: number }[];
}

/** A queue in guest RAM. Nothing here notifies the device: see `MmioDriver.notify`. */
export class DriverQueue {
  readonly size: number;
  /** Offsets of the three areas in guest RAM. */
  readonly descriptorArea: number;
  readonly driverArea: number;
  readonly deviceArea: number;
  /** The address to give the device for an offset in guest RAM. */
  readonly toBus: (offset: number) => bigint;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #buffers: DriverMemory;
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
    this.#buffers = driverMemory.carve(options.bufferBytes ?? 0x1_0000);
    this.#bytes = driverMemory.memory.bytes;
    this.#view = new DataView(this.#bytes.buffer);
    this.#free = Array.from({ length: size }, (_, index) => index);
    this.setAvailableIndex(options.startIndex ?? 0);
    this.#usedIndex = this.#availableIndex;
    this.#view.setUint16(this.deviceArea + VIRTQ_USED_IDX, this.#usedIndex, true);
  }

  /** Free descriptors of the queue's own table. */
  get freeDescriptors(): number {
    return this.#free.length;
  }

  /** What is missing for `add` to take the request; undefined when it can. */
  shortageFor({
    readable = [],
    writable = [],
    directDescriptors,
  }: ChainRequest): Shortage | undefined {
    const count = readable.length + writable.length;
    const isDirect = directDescriptors === undefined || directDescriptors >= count;
    if ((isDirect ? count : directDescriptors + 1) > this.freeDescriptors) return 'descriptors';
    const lengths = [...readable.map(({ length }) => length), ...writable];
    const table = isDirect ? [] : [descriptorTableLength(count - directDescriptors)];
    const room = roomFor(lengths) + roomFor(table, VIRTQ_DESC_ALIGN);
    return this.#buffers.hasRoom(room) ? undefined : 'memory';
  }

  /** Makes a chain available and returns its head. */
  add(request: ChainRequest): number {
    const readable = (request.readable ?? []).map((bytes) => {
      const offset = this.#buffers.allocate(bytes.length);
      this.#bytes.set(bytes, offset);
      return { offset, length: bytes.length };
    });
    const writable = (request.writable ?? []).map((length) => {
      const offset = this.#buffers.allocate(length);
      this.#bytes.fill(request.fill ?? 0, offset, offset + length);
      return { offset, length };
    });
    const buffers = [
      ...readable.map(({ offset, length }) => ({ address: this.toBus(offset), length, flags: 0 })),
      ...writable.map(({ offset, length }) => ({
        address: this.toBus(offset),
        length,
        flags: VIRTQ_DESC_F_WRITE,
      })),
    ];
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

  /** Takes the next chain the device returned; undefined when there is none. */
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
    const bytes = new Uint8Array(chain.writable.reduce((sum, each) => sum + each.length, 0));
    let position = 0;
    for (const each of chain.writable) {
      bytes.set(this.#bytes.subarray(each.offset, each.offset + each.length), position);
      position += each.length;
    }
    this.#buffers.verify();
    if (this.#pending.size === 0) this.#buffers.release();
    else for (const { offset } of chain.writable) this.#buffers.free(offset);
    return { head, length, bytes };
  }

  /** `takeUsed` for a test that knows the device is done. */
  expectUsed(): UsedChain {
    const used = this.takeUsed();
    if (used === undefined) throw new Error('the device returned nothing');
    return used;
  }

  /** The device's used index. */
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

  /** Sets or clears VIRTQ_AVAIL_F_NO_INTERRUPT. */
  suppressInterrupts(isSuppressed: boolean): void {
    const flags = isSuppressed ? VIRTQ_AVAIL_F_NO_INTERRUPT : 0;
    this.#view.setUint16(this.driverArea + VIRTQ_AVAIL_FLAGS, flags, true);
  }

  /** Writes the next available entry and moves the index on, whatever `head` is: also for hostile tests. */
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

  /** Writes descriptor `index` of the queue's table; for hostile tests. */
  writeDescriptor(index: number, descriptor: Descriptor): void {
    this.writeDescriptorAt(this.descriptorArea + index * VIRTQ_DESC_SIZE, descriptor);
  }

  /** Writes a descriptor at any offset in guest RAM. */
  writeDescriptorAt(offset: number, { address, length, flags, next }: Descriptor): void {
    this.#view.setUint32(offset + VIRTQ_DESC_ADDR_LOW, lowWord(address), true);
    this.#view.setUint32(offset + VIRTQ_DESC_ADDR_HIGH, highWord(address), true);
    this.#view.setUint32(offset + VIRTQ_DESC_LEN, length, true);
    this.#view.setUint16(offset + VIRTQ_DESC_FLAGS, flags, true);
    this.#view.setUint16(offset + VIRTQ_DESC_NEXT, next, true);
  }

  #indirect(buffers: readonly Omit<Descriptor, 'next'>[]): Omit<Descriptor, 'next'> {
    const length = descriptorTableLength(buffers.length);
    const table = this.#buffers.allocate(length, VIRTQ_DESC_ALIGN);
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

  #link(buffers: readonly Omit<Descriptor, 'next'>[]): readonly number[] {
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

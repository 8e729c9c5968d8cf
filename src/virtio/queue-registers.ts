// One queue's registers of the mmio transport, and the virtqueue they make (virtio 1.2, 4.2.2).

import { assert } from '../base/assert.ts';
import { wrapsAround } from '../base/words.ts';
import type { Address } from '../memory/address.ts';
import { VIRTIO_F_RING_PACKED } from './features.ts';
import {
  VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
  VIRTIO_MMIO_QUEUE_AVAIL_LOW,
  VIRTIO_MMIO_QUEUE_DESC_HIGH,
  VIRTIO_MMIO_QUEUE_DESC_LOW,
  VIRTIO_MMIO_QUEUE_NUM,
  VIRTIO_MMIO_QUEUE_USED_HIGH,
  VIRTIO_MMIO_QUEUE_USED_LOW,
} from './mmio-registers.ts';
import { PackedVirtqueue } from './packed-virtqueue.ts';
import {
  PVIRTQ_EVENT_ALIGN,
  PVIRTQ_EVENT_SIZE,
  VIRTQ_AVAIL_ALIGN,
  VIRTQ_DESC_ALIGN,
  VIRTQ_MAX_SIZE,
  VIRTQ_USED_ALIGN,
  availRingLength,
  descriptorTableLength,
  usedRingLength,
} from './ring-layout.ts';
import type { AddressWords, RingPosition, RingQueue, RingQueueOptions } from './ring-queue.ts';
import { SplitVirtqueue } from './split-virtqueue.ts';

/** A queue's registers as plain data. */
export interface QueueState {
  readonly size: number;
  readonly descriptorArea: AddressWords;
  readonly driverArea: AddressWords;
  readonly deviceArea: AddressWords;
  /** Where an enabled queue stands; null when QueueReady is 0. */
  readonly position: RingPosition | null;
}

/** What a queue needs of its transport when the driver enables it. */
export type QueueHost<A extends Address> = Pick<
  RingQueueOptions<A>,
  'memory' | 'features' | 'notifyUsed'
>;

const NOWHERE: AddressWords = { high: 0, low: 0 };

/** QueueSize, QueueReady and the three areas of one queue. */
export class QueueRegisters<A extends Address> {
  /** QueueSizeMax. */
  readonly maximumSize: number;
  #size: number;
  #descriptorArea = NOWHERE;
  #driverArea = NOWHERE;
  #deviceArea = NOWHERE;
  #queue: RingQueue | undefined;

  constructor(maximumSize: number) {
    const isPowerOfTwo = (maximumSize & (maximumSize - 1)) === 0;
    assert(isPowerOfTwo && maximumSize <= VIRTQ_MAX_SIZE, 'a maximum queue size is a queue size');
    this.maximumSize = maximumSize;
    this.#size = maximumSize;
  }

  /** The virtqueue; exists exactly while QueueReady is 1. */
  get queue(): RingQueue | undefined {
    return this.#queue;
  }

  /** A write to QueueSize or an area's address. Without effect while QueueReady is 1 (virtio 1.2, 4.2.2.2: MUST NOT). */
  write(register: number, value: number): void {
    if (this.#queue !== undefined) return;
    switch (register) {
      case VIRTIO_MMIO_QUEUE_NUM:
        this.#size = value;
        break;
      case VIRTIO_MMIO_QUEUE_DESC_LOW:
        this.#descriptorArea = { ...this.#descriptorArea, low: value };
        break;
      case VIRTIO_MMIO_QUEUE_DESC_HIGH:
        this.#descriptorArea = { ...this.#descriptorArea, high: value };
        break;
      case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
        this.#driverArea = { ...this.#driverArea, low: value };
        break;
      case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
        this.#driverArea = { ...this.#driverArea, high: value };
        break;
      case VIRTIO_MMIO_QUEUE_USED_LOW:
        this.#deviceArea = { ...this.#deviceArea, low: value };
        break;
      case VIRTIO_MMIO_QUEUE_USED_HIGH:
        this.#deviceArea = { ...this.#deviceArea, high: value };
        break;
    }
  }

  /** QueueReady = 1. A layout the specification forbids leaves the queue disabled, which the register then shows. */
  enable(host: QueueHost<A>, position?: RingPosition): void {
    const isPacked = (host.features & VIRTIO_F_RING_PACKED) !== 0n;
    if (this.#queue !== undefined || !(isPacked ? this.#isPackedRing() : this.#isSplitRing()))
      return;
    const Queue = isPacked ? PackedVirtqueue : SplitVirtqueue;
    this.#queue = new Queue({
      ...host,
      size: this.#size,
      descriptorArea: this.#descriptorArea,
      driverArea: this.#driverArea,
      deviceArea: this.#deviceArea,
      ...(position === undefined ? {} : { position }),
    });
  }

  /** QueueReady = 0: whatever the device took from the queue is forgotten. */
  disable(): void {
    this.#queue?.stop();
    this.#queue = undefined;
  }

  /** Reset of the device, or of this queue alone (QueueReset): everything as at power on. */
  reset(): void {
    this.disable();
    this.#size = this.maximumSize;
    this.#descriptorArea = NOWHERE;
    this.#driverArea = NOWHERE;
    this.#deviceArea = NOWHERE;
  }

  save(): QueueState {
    return {
      size: this.#size,
      descriptorArea: this.#descriptorArea,
      driverArea: this.#driverArea,
      deviceArea: this.#deviceArea,
      position: this.#queue?.position ?? null,
    };
  }

  restore(state: QueueState, host: QueueHost<A>): void {
    this.disable();
    this.#size = state.size;
    this.#descriptorArea = state.descriptorArea;
    this.#driverArea = state.driverArea;
    this.#deviceArea = state.deviceArea;
    if (state.position !== null) this.enable(host, state.position);
  }

  // virtio 1.2, 2.7: a power of two up to the maximum, areas aligned to 16, 2 and 4 bytes.
  #isSplitRing(): boolean {
    const size = this.#size;
    return (
      this.#isSize() &&
      (size & (size - 1)) === 0 &&
      isInside(this.#descriptorArea, VIRTQ_DESC_ALIGN, descriptorTableLength(size)) &&
      isInside(this.#driverArea, VIRTQ_AVAIL_ALIGN, availRingLength(size)) &&
      isInside(this.#deviceArea, VIRTQ_USED_ALIGN, usedRingLength(size))
    );
  }

  // virtio 1.2, 2.8.10.1: any size up to the maximum, areas aligned to 16, 4 and 4 bytes.
  #isPackedRing(): boolean {
    return (
      this.#isSize() &&
      isInside(this.#descriptorArea, VIRTQ_DESC_ALIGN, descriptorTableLength(this.#size)) &&
      isInside(this.#driverArea, PVIRTQ_EVENT_ALIGN, PVIRTQ_EVENT_SIZE) &&
      isInside(this.#deviceArea, PVIRTQ_EVENT_ALIGN, PVIRTQ_EVENT_SIZE)
    );
  }

  #isSize(): boolean {
    return this.#size > 0 && this.#size <= this.maximumSize;
  }
}

function isInside({ high, low }: AddressWords, alignment: number, length: number): boolean {
  return low % alignment === 0 && !wrapsAround(high, low, length);
}

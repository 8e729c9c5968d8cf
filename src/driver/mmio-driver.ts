// Driver side of the virtio-mmio transport (virtio 1.2, 3.1 and 4.2): drives a device through its registers only.

import { highWord, joinWords, lowWord } from '../base/words.ts';
import {
  VIRTIO_CONFIG_S_ACKNOWLEDGE,
  VIRTIO_CONFIG_S_DRIVER,
  VIRTIO_CONFIG_S_DRIVER_OK,
  VIRTIO_CONFIG_S_FEATURES_OK,
  VIRTIO_CONFIG_S_NEEDS_RESET,
} from '../virtio/device-status.ts';
import {
  VIRTIO_MMIO_CONFIG,
  VIRTIO_MMIO_DEVICE_FEATURES,
  VIRTIO_MMIO_DEVICE_FEATURES_SEL,
  VIRTIO_MMIO_DRIVER_FEATURES,
  VIRTIO_MMIO_DRIVER_FEATURES_SEL,
  VIRTIO_MMIO_INTERRUPT_ACK,
  VIRTIO_MMIO_INTERRUPT_STATUS,
  VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
  VIRTIO_MMIO_QUEUE_AVAIL_LOW,
  VIRTIO_MMIO_QUEUE_DESC_HIGH,
  VIRTIO_MMIO_QUEUE_DESC_LOW,
  VIRTIO_MMIO_QUEUE_NOTIFY,
  VIRTIO_MMIO_QUEUE_NUM,
  VIRTIO_MMIO_QUEUE_NUM_MAX,
  VIRTIO_MMIO_QUEUE_READY,
  VIRTIO_MMIO_QUEUE_RESET,
  VIRTIO_MMIO_QUEUE_SEL,
  VIRTIO_MMIO_QUEUE_USED_HIGH,
  VIRTIO_MMIO_QUEUE_USED_LOW,
  VIRTIO_MMIO_STATUS,
} from '../virtio/mmio-registers.ts';
import { VIRTIO_F_NOTIFICATION_DATA, VIRTIO_F_RING_PACKED } from '../virtio/features.ts';
import type { AccessWidth } from '../virtio/mmio-transport.ts';
import type { DriverMemory } from './driver-memory.ts';
import type { ChainRequest, DriverQueue, UsedChain } from './driver-queue.ts';
import { PackedDriverQueue } from './packed-driver-queue.ts';
import { SplitDriverQueue } from './split-driver-queue.ts';

/** A register window: an `MmioTransport`, or a guest's view of one. */
export interface RegisterWindow {
  read(offset: number, width: AccessWidth): number;
  write(offset: number, width: AccessWidth, value: number): void;
}

/** How to set up one queue; see `DriverQueueOptions`. */
export interface QueueRequest {
  /** Default: the device's maximum. */
  readonly size?: number;
  readonly bufferBytes?: number;
  readonly toBus?: (offset: number) => bigint;
}

const WORD = 4;

/** A driver that follows the rules, one step per method; `start` takes all of them. */
export class MmioDriver {
  readonly #window: RegisterWindow;
  readonly #driverMemory: DriverMemory;
  readonly #queues = new Map<number, DriverQueue>();
  #features = 0n;

  constructor(window: RegisterWindow, driverMemory: DriverMemory) {
    this.#window = window;
    this.#driverMemory = driverMemory;
  }

  /**
   * Reset to DRIVER_OK (virtio 1.2, 3.1.1) with the first queues of the device, packed ones if the features say so.
   * Throws when the device refuses the features or a queue.
   */
  start(features: bigint, queues: readonly QueueRequest[]): readonly DriverQueue[] {
    this.reset();
    if (!this.negotiate(features)) throw new Error('the device refused the features');
    const ready = queues.map((request, index) => this.setUpQueue(index, request));
    this.addStatus(VIRTIO_CONFIG_S_DRIVER_OK);
    return ready;
  }

  reset(): void {
    this.writeRegister(VIRTIO_MMIO_STATUS, 0);
    this.#queues.clear();
  }

  /** Steps 2 to 6 of virtio 1.2, 3.1.1; whether FEATURES_OK stuck. */
  negotiate(features: bigint): boolean {
    this.#features = features;
    this.addStatus(VIRTIO_CONFIG_S_ACKNOWLEDGE);
    this.addStatus(VIRTIO_CONFIG_S_DRIVER);
    this.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    this.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES, lowWord(features));
    this.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
    this.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES, highWord(features));
    this.addStatus(VIRTIO_CONFIG_S_FEATURES_OK);
    return (this.status & VIRTIO_CONFIG_S_FEATURES_OK) !== 0;
  }

  setUpQueue(index: number, request: QueueRequest = {}): DriverQueue {
    this.writeRegister(VIRTIO_MMIO_QUEUE_SEL, index);
    const size = request.size ?? this.readRegister(VIRTIO_MMIO_QUEUE_NUM_MAX);
    const { bufferBytes, toBus } = request;
    const isPacked = (this.#features & VIRTIO_F_RING_PACKED) !== 0n;
    const Queue = isPacked ? PackedDriverQueue : SplitDriverQueue;
    const queue = new Queue({
      driverMemory: this.#driverMemory,
      size,
      ...(bufferBytes === undefined ? {} : { bufferBytes }),
      ...(toBus === undefined ? {} : { toBus }),
    });
    this.writeRegister(VIRTIO_MMIO_QUEUE_NUM, size);
    const areas = [
      [VIRTIO_MMIO_QUEUE_DESC_LOW, VIRTIO_MMIO_QUEUE_DESC_HIGH, queue.descriptorArea],
      [VIRTIO_MMIO_QUEUE_AVAIL_LOW, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, queue.driverArea],
      [VIRTIO_MMIO_QUEUE_USED_LOW, VIRTIO_MMIO_QUEUE_USED_HIGH, queue.deviceArea],
    ] as const;
    for (const [low, high, offset] of areas) {
      this.writeRegister(low, lowWord(queue.toBus(offset)));
      this.writeRegister(high, highWord(queue.toBus(offset)));
    }
    this.writeRegister(VIRTIO_MMIO_QUEUE_READY, 1);
    if (this.readRegister(VIRTIO_MMIO_QUEUE_READY) !== 1) throw new Error(`queue ${index} refused`);
    this.#queues.set(index, queue);
    return queue;
  }

  /** Notifies the device, with notification data if that was negotiated. */
  notify(index: number): void {
    const hasData = (this.#features & VIRTIO_F_NOTIFICATION_DATA) !== 0n;
    const next = hasData ? (this.#queues.get(index)?.nextAvailable ?? 0) : 0;
    this.writeRegister(VIRTIO_MMIO_QUEUE_NOTIFY, (index | (next << 16)) >>> 0);
  }

  /** Resets one queue (VIRTIO_F_RING_RESET), which can then be set up again. */
  resetQueue(index: number): void {
    this.writeRegister(VIRTIO_MMIO_QUEUE_SEL, index);
    this.writeRegister(VIRTIO_MMIO_QUEUE_RESET, 1);
    if (this.readRegister(VIRTIO_MMIO_QUEUE_RESET) !== 0) throw new Error('the reset takes time');
    this.#queues.delete(index);
  }

  /** One request, synchronously: adds it, notifies, and takes the one chain the device returned. */
  request(index: number, request: ChainRequest): UsedChain {
    const queue = this.#queues.get(index);
    if (queue === undefined) throw new Error(`queue ${index} is not set up`);
    queue.add(request);
    this.notify(index);
    return queue.expectUsed();
  }

  get status(): number {
    return this.readRegister(VIRTIO_MMIO_STATUS);
  }

  get needsReset(): boolean {
    return (this.status & VIRTIO_CONFIG_S_NEEDS_RESET) !== 0;
  }

  /** Sets bits on top of the present status, as drivers do. */
  addStatus(bits: number): void {
    this.writeRegister(VIRTIO_MMIO_STATUS, this.status | bits);
  }

  get deviceFeatures(): bigint {
    this.writeRegister(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
    const high = this.readRegister(VIRTIO_MMIO_DEVICE_FEATURES);
    this.writeRegister(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
    return joinWords(high, this.readRegister(VIRTIO_MMIO_DEVICE_FEATURES));
  }

  /** Reads InterruptStatus and acknowledges what it shows. */
  takeInterrupts(): number {
    const status = this.readRegister(VIRTIO_MMIO_INTERRUPT_STATUS);
    this.writeRegister(VIRTIO_MMIO_INTERRUPT_ACK, status);
    return status;
  }

  readRegister(offset: number): number {
    return this.#window.read(offset, WORD);
  }

  writeRegister(offset: number, value: number): void {
    this.#window.write(offset, WORD, value);
  }

  readConfig(offset: number, width: AccessWidth): number {
    return this.#window.read(VIRTIO_MMIO_CONFIG + offset, width);
  }

  writeConfig(offset: number, width: AccessWidth, value: number): void {
    this.#window.write(VIRTIO_MMIO_CONFIG + offset, width, value);
  }
}

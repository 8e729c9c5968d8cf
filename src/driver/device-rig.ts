// A virtio-iommu by itself, for whoever wants to send it bytes: guest RAM, the device behind its transport, and a driver
// that makes of each request one chain in the request queue, in any framing.

import { assert } from '../base/assert.ts';
import type { MappingStore } from '../iommu/store/mapping-store.ts';
import type { IommuOptions } from '../iommu/options.ts';
import {
  FAULT_SIZE,
  VIRTIO_IOMMU_EVENT_VQ,
  VIRTIO_IOMMU_REQUEST_VQ,
} from '../iommu/protocol/protocol.ts';
import { VirtioIommu } from '../iommu/virtio-iommu.ts';
import { FlatMemory } from '../memory/flat-memory.ts';
import type { Gpa } from '../memory/address.ts';
import {
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_VERSION_1,
} from '../virtio/features.ts';
import { MmioTransport, type AccessWidth } from '../virtio/mmio-transport.ts';
import { DriverMemory } from './driver-memory.ts';
import type { ChainRequest, DriverQueue, Shortage, UsedChain } from './driver-queue.ts';
import { MmioDriver } from './mmio-driver.ts';

/** What stands in device-writable buffers that the device has not written. */
const FILL = 0xa5;
/** The driver leaves the first page alone, as real ones do. */
const DRIVER_START = 0x1000;
const BUS_FEATURES = VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC;
/** Of 16 parts of guest RAM, how many hold the buffers of each queue. */
const BUFFER_SHARES: readonly number[] = [10, 4];

export interface DeviceRigOptions {
  /** Empty. */
  readonly store: MappingStore;
  readonly options: Partial<IommuOptions>;
  /** Device-specific features that the driver accepts, all of them offered. */
  readonly accepts: bigint;
  /** Format of both rings. */
  readonly ring: 'split' | 'packed';
  /** Bytes of guest RAM: 1 MiB or more. */
  readonly ramBytes: number;
  /** Buffers of FAULT_SIZE bytes that are in the event queue after each start. */
  readonly eventBuffers: number;
}

/** What became of a chain: `needs-reset` for one that broke the device, or that it is too broken to take. */
export type ChainOutcome =
  | { readonly kind: 'used'; readonly used: UsedChain }
  /** Nothing was sent. */
  | { readonly kind: 'shortage'; readonly of: Shortage }
  | { readonly kind: 'needs-reset' };

/** What came of leaving a buffer for the device's events. */
export type EventOutcome =
  /** The oldest buffer that the device has returned and that was not told of before. */
  | { readonly kind: 'added'; readonly oldest: UsedChain | undefined }
  /** The buffer was not added, and nothing else changed. */
  | { readonly kind: 'shortage'; readonly of: Shortage }
  | { readonly kind: 'needs-reset' }
  | { readonly kind: 'no-event-queue' };

/** One device with its driver. `start` comes first, once the endpoints are added to `iommu`. */
export class DeviceRig {
  readonly iommu: VirtioIommu;
  readonly #features: bigint;
  readonly #eventBuffers: number;
  readonly #driverMemory: DriverMemory;
  readonly #transport: MmioTransport<Gpa>;
  readonly #mmio: MmioDriver;
  #queues: readonly DriverQueue[] = [];
  #oldestEvent: UsedChain | undefined;

  /** Throws `RangeError` for options that can not be offered. */
  constructor({ store, options, accepts, ring, ramBytes, eventBuffers }: DeviceRigOptions) {
    const memory = new FlatMemory(ramBytes);
    this.iommu = new VirtioIommu({ memory, store, options });
    this.#features = accepts | BUS_FEATURES | (ring === 'packed' ? VIRTIO_F_RING_PACKED : 0n);
    this.#eventBuffers = eventBuffers;
    this.#driverMemory = new DriverMemory(memory, DRIVER_START, ramBytes - DRIVER_START);
    const interruptLine = { setLevel: () => undefined };
    this.#transport = new MmioTransport<Gpa>({
      device: this.iommu,
      memory,
      interruptLine,
      rings: 'split-and-packed',
    });
    this.#mmio = new MmioDriver(this.#transport, this.#driverMemory);
  }

  /** Whether the device has an event queue. */
  get hasEventQueue(): boolean {
    return this.iommu.queueSizes[VIRTIO_IOMMU_EVENT_VQ] !== undefined;
  }

  /** Device reset and initialisation with empty queues. Throws when the device refuses the features. */
  start(): void {
    this.#driverMemory.release();
    const { length: ramBytes } = this.#driverMemory.memory.bytes;
    this.#queues = this.#mmio.start(
      this.#features,
      this.iommu.queueSizes.map((_size, index) => ({
        bufferBytes: (ramBytes / 16) * (BUFFER_SHARES[index] ?? 0),
      })),
    );
    this.#oldestEvent = undefined;
    const events = this.#queues[VIRTIO_IOMMU_EVENT_VQ];
    for (let count = 0; count < this.#eventBuffers; count++) {
      events?.add({ writable: [FAULT_SIZE], fill: FILL });
    }
  }

  /** Power-on state of the device, then as `start`. */
  systemReset(): void {
    this.iommu.systemReset();
    this.#transport.reset();
    this.start();
  }

  /** Sends one request and waits for its end, which it reaches while the device is notified. */
  request(chain: ChainRequest): ChainOutcome {
    if (this.#mmio.needsReset) return { kind: 'needs-reset' };
    const requests = this.#queue(VIRTIO_IOMMU_REQUEST_VQ);
    const shortage = requests.shortageFor(chain);
    if (shortage !== undefined) return { kind: 'shortage', of: shortage };
    requests.add({ ...chain, fill: FILL });
    this.#mmio.notify(VIRTIO_IOMMU_REQUEST_VQ);
    if (this.#mmio.needsReset) return { kind: 'needs-reset' };
    return { kind: 'used', used: requests.expectUsed() };
  }

  /**
   * Leaves one more buffer in the event queue, of pieces of these lengths, unless it is full of buffers that wait; and
   * takes the oldest used one. Does not
   * notify, as Linux does not (`viommu_fill_evtq`): the device has to look when it needs a buffer.
   */
  addEventBuffer(writable: readonly number[]): EventOutcome {
    const events = this.#queues[VIRTIO_IOMMU_EVENT_VQ];
    if (events === undefined) return { kind: 'no-event-queue' };
    if (this.#mmio.needsReset) return { kind: 'needs-reset' };
    this.#oldestEvent ??= events.takeUsed();
    const shortage = events.shortageFor({ writable });
    // A queue full of buffers that wait is no reason to tell nothing
    const isFull = shortage === 'descriptors' && writable.length <= events.size;
    if (shortage !== undefined && !isFull) return { kind: 'shortage', of: shortage };
    if (!isFull) events.add({ writable, fill: FILL });
    const oldest = this.#oldestEvent;
    this.#oldestEvent = undefined;
    return { kind: 'added', oldest };
  }

  /** The configuration space, byte by byte as the driver reads it. */
  readConfig(): Uint8Array {
    return Uint8Array.from({ length: this.iommu.configLength }, (_, offset) =>
      this.#mmio.readConfig(offset, 1),
    );
  }

  /** One access of the driver to the configuration space. */
  writeConfig(offset: number, width: AccessWidth, value: number): void {
    this.#mmio.writeConfig(offset, width, value);
  }

  #queue(index: number): DriverQueue {
    const queue = this.#queues[index];
    assert(queue !== undefined, 'start comes first');
    return queue;
  }
}

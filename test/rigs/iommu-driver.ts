// Driver side of a virtio-iommu: sends requests and reads fault reports, as Linux does but in any framing.

import {
  FAULT_ADDRESS,
  FAULT_ENDPOINT,
  FAULT_FLAGS,
  FAULT_REASON,
  FAULT_SIZE,
  TAIL_SIZE,
  VIRTIO_IOMMU_EVENT_VQ,
  VIRTIO_IOMMU_REQUEST_VQ,
} from '../../src/iommu/protocol/protocol.ts';
import type { ChainRequest, DriverQueue, UsedChain } from '../../src/driver/driver-queue.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
  type MapFields,
} from './iommu-requests.ts';
import type { MmioDriver } from '../../src/driver/mmio-driver.ts';

/** A fault report as it came through the event queue. */
export interface FaultReport {
  readonly reason: number;
  readonly flags: number;
  readonly endpoint: number;
  readonly address: bigint;
}

/** Cuts a request into descriptors. */
export type Framing = (readable: Uint8Array, writableLength: number) => ChainRequest;

/** One readable and one writable descriptor, as Linux does. */
export const PLAIN_FRAMING: Framing = (readable, writableLength) => ({
  readable: [readable],
  writable: [writableLength],
});

/** A started driver; requests answer with their status. */
export class IommuDriver {
  framing: Framing = PLAIN_FRAMING;
  /** The queues themselves, for tests that break their rules. */
  readonly requestQueue: DriverQueue;
  readonly eventQueue: DriverQueue;
  readonly #driver: MmioDriver;

  /** `driver` has set up both queues, in order. */
  constructor(driver: MmioDriver, [requests, events]: readonly DriverQueue[]) {
    if (requests === undefined || events === undefined) throw new Error('two queues');
    this.#driver = driver;
    this.requestQueue = requests;
    this.eventQueue = events;
  }

  attach(domain: number, endpoint: number, flags = 0): number {
    return this.status(attachRequest(domain, endpoint, flags));
  }

  detach(domain: number, endpoint: number): number {
    return this.status(detachRequest(domain, endpoint));
  }

  map(domain: number, fields: MapFields): number {
    return this.status(mapRequest(domain, fields));
  }

  unmap(domain: number, virtStart: bigint, virtEnd: bigint): number {
    return this.status(unmapRequest(domain, virtStart, virtEnd));
  }

  /** The whole device-writable part of a PROBE: properties and tail. */
  probe(endpoint: number, probeSize: number): UsedChain {
    return this.send(probeRequest(endpoint), probeSize + TAIL_SIZE);
  }

  /** Status of a request whose reply is a tail; throws when the device wrote anything else than a clean tail. */
  status(request: Uint8Array): number {
    const { length, bytes } = this.send(request, TAIL_SIZE);
    const [status, ...reserved] = bytes;
    const isClean = length === TAIL_SIZE && reserved.every((byte) => byte === 0);
    if (status === undefined || !isClean) throw new Error(`used ${length}, tail ${bytes.join()}`);
    return status;
  }

  send(readable: Uint8Array, writableLength: number): UsedChain {
    return this.#driver.request(VIRTIO_IOMMU_REQUEST_VQ, this.framing(readable, writableLength));
  }

  /** Leaves buffers for fault reports; like Linux, without a notification unless asked for. */
  addEventBuffers(count: number, length = FAULT_SIZE): void {
    for (let index = 0; index < count; index++) this.eventQueue.add({ writable: [length] });
  }

  notifyEvents(): void {
    this.#driver.notify(VIRTIO_IOMMU_EVENT_VQ);
  }

  /** Takes the next used event buffer; undefined when there is none. */
  takeEvent(): UsedChain | undefined {
    return this.eventQueue.takeUsed();
  }

  /** Takes and reads all fault reports. */
  takeFaults(): readonly FaultReport[] {
    const faults: FaultReport[] = [];
    for (let used = this.takeEvent(); used !== undefined; used = this.takeEvent()) {
      const view = new DataView(used.bytes.buffer);
      faults.push({
        reason: view.getUint8(FAULT_REASON),
        flags: view.getUint32(FAULT_FLAGS, true),
        endpoint: view.getUint32(FAULT_ENDPOINT, true),
        address: view.getBigUint64(FAULT_ADDRESS, true),
      });
    }
    return faults;
  }
}

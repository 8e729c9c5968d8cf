// Driver side of a virtio-iommu that speaks a draft, as Linux's drivers of the time did it but in any framing.

import { VIRTIO_F_VERSION_1 } from '../../src/virtio/features.ts';
import type { DriverQueue, UsedChain } from '../../src/driver/driver-queue.ts';
import {
  DRAFT_FAULT_SIZES,
  readDraftConfig,
  readDraftFault,
  readDraftRegions,
  type DraftConfig,
  type DraftFault,
  type DraftRegion,
} from './draft-replies.ts';
import {
  DRAFT_REQUESTS,
  type DraftMapping,
  type DraftName,
  type DraftRequests,
} from './draft-requests.ts';
import { createIommuRig, type IommuRig, type IommuRigOptions } from './iommu-rig.ts';
import { PLAIN_FRAMING, type Framing } from './iommu-driver.ts';
import type { MmioDriver } from '../../src/driver/mmio-driver.ts';

const TAIL_BYTES = 4;
const CONFIG_BYTES = 32;
/** v0.4 without the PROBE feature: the configuration ends with ioasid_bits. */
const SHORT_CONFIG_BYTES = 25;
const F_PROBE = 1n << 4n;

/** A started driver; requests answer with their status. */
export class DraftDriver {
  framing: Framing = PLAIN_FRAMING;
  readonly requests: DraftRequests;
  readonly config: DraftConfig;
  readonly #draft: DraftName;
  readonly #driver: MmioDriver;
  readonly #events: DriverQueue | undefined;

  /** Resets the device, accepts these features, and sets up the draft's queues. */
  constructor(draft: DraftName, driver: MmioDriver, features: bigint) {
    this.#draft = draft;
    this.#driver = driver;
    this.requests = DRAFT_REQUESTS[draft];
    const queues = draft === 'v0.4' ? [{}] : [{}, {}];
    this.#events = driver.start(features | VIRTIO_F_VERSION_1, queues)[1];
    this.config = readDraftConfig(this.#readConfig(features));
  }

  attach(domain: number, endpoint: number, reserved?: number): number {
    return this.status(this.requests.attach(domain, endpoint, reserved));
  }

  detach(domain: number, endpoint: number, reserved?: number): number {
    return this.status(this.requests.detach(domain, endpoint, reserved));
  }

  map(domain: number, mapping: DraftMapping): number {
    return this.status(this.requests.map(domain, mapping));
  }

  unmap(domain: number, start: bigint, end: bigint, reserved?: number): number {
    return this.status(this.requests.unmap(domain, start, end, reserved));
  }

  /** The whole device-writable part of a PROBE: properties, then tail. */
  probe(endpoint: number): UsedChain {
    return this.send(this.requests.probe(endpoint), this.config.probeSize + TAIL_BYTES);
  }

  /** The regions that PROBE tells of; throws when it is refused. */
  regions(endpoint: number): readonly DraftRegion[] {
    const { bytes, length } = this.probe(endpoint);
    const { probeSize } = this.config;
    const status = bytes[probeSize];
    if (length !== bytes.length || status !== 0) throw new Error(`PROBE: status ${status}`);
    return readDraftRegions(this.#draft, bytes.subarray(0, probeSize));
  }

  /** Status of a request whose reply is a tail; throws when the device wrote anything else than a clean tail. */
  status(request: Uint8Array): number {
    const { length, bytes } = this.send(request, TAIL_BYTES);
    const [status, ...reserved] = bytes;
    const isClean = length === TAIL_BYTES && reserved.every((byte) => byte === 0);
    if (status === undefined || !isClean) throw new Error(`used ${length}, tail ${bytes.join()}`);
    return status;
  }

  send(readable: Uint8Array, writableLength: number): UsedChain {
    return this.#driver.request(0, this.framing(readable, writableLength));
  }

  /** Leaves event buffers, of the draft's size unless told otherwise. */
  addEventBuffers(count: number, length = DRAFT_FAULT_SIZES[this.#draft]): void {
    for (let index = 0; index < count; index++) this.#events?.add({ writable: [length] });
  }

  /** Takes the next used event buffer; undefined when there is none. */
  takeEvent(): UsedChain | undefined {
    return this.#events?.takeUsed();
  }

  /** Takes and reads all fault reports. */
  takeFaults(): readonly DraftFault[] {
    const faults: DraftFault[] = [];
    for (let used = this.takeEvent(); used !== undefined; used = this.takeEvent()) {
      faults.push(readDraftFault(this.#draft, used.bytes));
    }
    return faults;
  }

  #readConfig(features: bigint): Uint8Array {
    const isShort = this.#draft === 'v0.4' && (features & F_PROBE) === 0n;
    const length = isShort ? SHORT_CONFIG_BYTES : CONFIG_BYTES;
    return Uint8Array.from({ length }, (_, offset) => this.#driver.readConfig(offset, 1));
  }
}

/** A device of a draft with its started driver, which accepts what is offered unless `accepts` says otherwise. */
export function startDraft(
  draft: DraftName,
  rig: IommuRigOptions = {},
): IommuRig & { driver: DraftDriver } {
  const made = createIommuRig({ ...rig, options: { ...rig.options, dialect: draft } });
  const features = rig.accepts ?? made.iommu.deviceFeatures;
  return { ...made, driver: new DraftDriver(draft, made.mmio, features) };
}

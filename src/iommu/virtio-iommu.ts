// The virtio-iommu device (virtio 1.2, 5.13): glue between queues, codec, tables and DMA ports.

import { assert } from '../base/assert.ts';
import type { Dispose } from '../base/emitter.ts';
import { joinWords } from '../base/words.ts';
import type { PhysicalMemory } from '../memory/address-space.ts';
import { toIova } from '../memory/address.ts';
import type { DeviceContext, VirtioDevice } from '../virtio/virtio-device.ts';
import type { DescriptorChain } from '../virtio/virtqueue.ts';
import { encodeProperties, encodeReply, replySize, type FaultReport } from './protocol/codec.ts';
import { ConfigSpace } from './protocol/config-space.ts';
import type { Dialect } from './protocol/dialect.ts';
import { dialectOf } from './protocol/dialects.ts';
import {
  DmaPort,
  refuse,
  type DmaPath,
  type SampledAccess,
  type StoppedAccess,
} from './dma-port.ts';
import { DomainTable } from './domains/domain-table.ts';
import { EndpointTable, type Endpoint, type EndpointOptions } from './domains/endpoint-table.ts';
import { reportFault } from './events/event-queue.ts';
import { Answer } from './answer.ts';
import { EventRecorder, type IommuWatcher } from './events/event-recorder.ts';
import type { IommuEvent, IommuState } from './events/iommu-event.ts';
import type { WireRequest } from './events/wire-request.ts';
import { restoreTables, saveDomains, saveEndpoints, type IommuSnapshot } from './iommu-snapshot.ts';
import { readState } from './events/iommu-state.ts';
import { isUnderstood, readNegotiated, type Negotiated } from './negotiated.ts';
import type { Mapping, MappingStore } from './store/mapping-store.ts';
import { resolveOptions, type IommuOptions } from './options.ts';
import {
  TAIL_SIZE,
  TAIL_STATUS,
  VIRTIO_ID_IOMMU,
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_REQUEST_VQ,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_OK,
} from './protocol/protocol.ts';
import { RegionLists } from './regions/region-lists.ts';
import { RequestSlots, type Request } from './protocol/request.ts';
import { RequestExecutor } from './request-executor.ts';
import { runTrial } from './trial.ts';
import { X86_MSI_REGION } from './regions/reserved-regions.ts';

/** An endpoint's interrupt message: a write into its MSI region. */
export type Doorbell = (endpoint: number, address: bigint, message: Uint8Array) => void;

export interface VirtioIommuParts {
  /** Guest-physical memory, where translated accesses end. */
  readonly memory: PhysicalMemory;
  /** Empty, and used by this device only. */
  readonly store: MappingStore;
  readonly options?: Partial<IommuOptions>;
  /** Sequence of what happened before this device was there; default 0. */
  readonly sequence?: number;
  /** Where interrupt messages go; without it they vanish. */
  readonly doorbell?: Doorbell;
}

/** As many faults as the driver can leave buffers for are kept between two looks of the driver. */
const EVENT_QUEUE_SIZE = 64;

/** The device model; a transport drives the `VirtioDevice` half, the machine the rest. */
export class VirtioIommu implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_IOMMU;
  readonly deviceFeatures: bigint;
  readonly queueSizes: readonly number[];
  readonly configLength: number;
  readonly usesBuffersInOrder = true;

  readonly #options: IommuOptions;
  readonly #dialect: Dialect;
  readonly #store: MappingStore;
  readonly #config: ConfigSpace;
  readonly #endpoints: EndpointTable;
  readonly #domains: DomainTable;
  readonly #executor: RequestExecutor;
  readonly #events = new EventRecorder();
  readonly #path: DmaPath;
  /** Who wants to hear of interrupt messages may stand before it. */
  doorbell: Doorbell | undefined;
  #onSample: (access: SampledAccess) => void = () => undefined;
  readonly #answer = new Answer();
  // Every byte but the status is reserved, and 0 (virtio 1.2, 5.13.6.2)
  readonly #tail = new Uint8Array(TAIL_SIZE);
  #driver: Driver | undefined;

  /** Throws `RangeError` for options that can not be offered. */
  constructor({ memory, store, options, sequence, doorbell }: VirtioIommuParts) {
    this.#events.sequence = sequence ?? 0;
    this.#options = resolveOptions(options);
    this.deviceFeatures = this.#options.features;
    this.#dialect = dialectOf(this.#options.dialect);
    const { encodeFault, regionFormat, rules } = this.#dialect;
    const { requestQueueSize } = this.#options;
    this.queueSizes =
      encodeFault === undefined ? [requestQueueSize] : [requestQueueSize, EVENT_QUEUE_SIZE];
    this.#store = store;
    this.doorbell = doorbell;
    this.#config = new ConfigSpace(this.#options, this.#dialect);
    this.configLength = this.#config.length;
    const { probeSize, identityPolicy: policy } = this.#options;
    const lists = new RegionLists(probeSize, regionFormat);
    this.#endpoints = new EndpointTable(lists, store, policy);
    this.#domains = new DomainTable(this.#endpoints, store, policy);
    this.#executor = new RequestExecutor({
      options: this.#options,
      rules,
      endpoints: this.#endpoints,
      domains: this.#domains,
      store,
    });
    this.#settleBypass();
    this.#path = {
      memory,
      store,
      reportFault: (endpoint, stopped) => this.#fault(endpoint, stopped),
      tellSample: (access) => this.#onSample(access),
      ringDoorbell: (endpoint, high, low, message) =>
        this.doorbell?.(endpoint.id, joinWords(high, low), message),
      refuse,
    };
  }

  /** Makes an endpoint known, with x86's MSI doorbell unless told otherwise. Throws `RangeError` for a bad one. */
  addEndpoint(id: number, { reserved = [X86_MSI_REGION], isMaster }: EndpointOptions = {}): void {
    this.#endpoints.add(id, reserved, isMaster);
  }

  /** The view of memory that the endpoint's bus master gets; throws for an endpoint that was never added. */
  port(id: number): DmaPort {
    const endpoint = this.#endpoints.get(id);
    assert(endpoint !== undefined, `endpoint ${id} was added`);
    return new DmaPort(endpoint, this.#path);
  }

  /** Has `attempt` try accesses, of which nothing stays (`runTrial`). To be called while the guest stands still. */
  trial<T>(memory: PhysicalMemory, attempt: () => T): T {
    return runTrial(this.#path, this.#endpoints.all(), memory, attempt);
  }

  /** Calls the listener with every event from now on, in order, while the event happens. */
  onEvent(listener: (event: IommuEvent) => void): Dispose {
    return this.#events.on(listener);
  }

  /** Tells the watcher of everything from now on, as `onEvent` does, but makes no event of a request. */
  watch(watcher: IommuWatcher): Dispose {
    return this.#events.watch(watcher);
  }

  /** Tells of the next access of each endpoint that the IOMMU lets through, while it is made; replaces the listener before. */
  sampleAccesses(listener: (access: SampledAccess) => void): void {
    this.#onSample = listener;
    for (const endpoint of this.#endpoints.all()) endpoint.isSampled = true;
  }

  /** The request in the device-readable bytes of a chain, as this device would understand it; another object each time. */
  readRequest(bytes: Uint8Array): Request | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#dialect.decodeRequest(view, new RequestSlots());
  }

  /** While somebody is told of a request: the request as it was on the wire. It is the device's own, good until then. */
  get request(): WireRequest | undefined {
    return this.#answer.wire;
  }

  state(): IommuState {
    return readState({
      sequence: this.#events.sequence,
      isBypass: this.#config.isBypass,
      endpoints: this.#endpoints,
      domains: this.#domains,
      store: this.#store,
      isUnattachedBypass: this.#isUnattachedBypass(),
    });
  }

  /**
   * At most `limit` mappings of a domain from an IOVA on, in order; none when it does not exist or is a bypass domain.
   */
  mappings(domain: number, from: bigint, limit: number): readonly Mapping[] {
    const isMapped = this.#domains.get(domain)?.isBypass === false;
    return isMapped ? this.#store.list(domain, toIova(from), limit) : [];
  }

  /** The host's change of the configuration field `bypass`; the driver gets a configuration change notification. */
  setBypass(isBypass: boolean): void {
    if ((this.#options.features & VIRTIO_IOMMU_F_BYPASS_CONFIG) === 0n) {
      throw new Error('this virtio-iommu has no configurable bypass');
    }
    if (this.#changeBypass(isBypass)) this.#driver?.context.notifyConfigChange();
  }

  /** Power-on state, `bypass` included (virtio 1.2, 5.13.4.2). The caller resets the transport too. */
  systemReset(): void {
    this.#forgetDriver();
    this.#config.systemReset();
    this.#settleBypass();
    this.#events.record((sequence) => ({ kind: 'system-reset', sequence }));
  }

  /** Tells that this device, which nothing has happened to yet, has taken the place of another. */
  tellPowerCycle(): void {
    this.#events.record((sequence) => ({ kind: 'power-cycled', sequence }));
  }

  /** Tells that an endpoint's bus mastering was switched: `isMaster` of its options has the new value. */
  tellMaster(endpoint: number): void {
    const isMaster = this.#endpoints.get(endpoint)?.isMaster() ?? true;
    this.#events.record((sequence) => ({ kind: 'master-changed', endpoint, isMaster, sequence }));
  }

  /** Sequence of the latest event; 0 before the first. */
  get sequence(): number {
    return this.#events.sequence;
  }

  /** Plain data for `restore`. */
  save(): IommuSnapshot {
    return {
      sequence: this.#events.sequence,
      isBypass: this.#config.isBypass,
      endpoints: saveEndpoints(this.#endpoints),
      domains: saveDomains(this.#domains),
      mappings: this.#store.save(),
    };
  }

  /**
   * Back to a saved moment; call it after the transport was restored, which may reset and start this device. Listeners
   * hear nothing. Throws `Error` for a snapshot of a machine with other endpoints or caps, or one that contradicts
   * itself.
   */
  restore(snapshot: IommuSnapshot): void {
    if (snapshot.isBypass && (this.#options.features & VIRTIO_IOMMU_F_BYPASS_CONFIG) === 0n) {
      throw new Error(
        'the snapshot has the configuration field bypass set, and this machine has no such field',
      );
    }
    restoreTables(snapshot, this.#endpoints, this.#domains, this.#store);
    this.#config.isBypass = snapshot.isBypass;
    this.#settleBypass();
    this.#events.sequence = snapshot.sequence;
  }

  // What follows is called by the transport.

  /** Every subset works: what was not accepted is refused request by request. */
  acceptsFeatures(): boolean {
    return true;
  }

  readConfig(offset: number): number {
    return this.#config.readByte(offset);
  }

  writeConfig(offset: number, bytes: Uint8Array, features: bigint): void {
    const isBypass = ConfigSpace.decodeWrite(offset, bytes, features);
    if (isBypass !== undefined) this.#changeBypass(isBypass);
  }

  start(context: DeviceContext): void {
    const { features } = context;
    this.#driver = { context, negotiated: readNegotiated(features, this.#dialect.rules) };
    this.#settleBypass();
    this.#events.record((sequence) => ({ kind: 'started', features, sequence }));
  }

  notify(queueIndex: number): void {
    // The event queue is looked at when a fault occurs
    const driver = this.#driver;
    const queue =
      queueIndex === VIRTIO_IOMMU_REQUEST_VQ ? driver?.context.queue(queueIndex) : undefined;
    if (driver === undefined || queue === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      queue.push(chain, this.#handle(chain, driver.negotiated));
    }
    queue.flush();
  }

  reset(): void {
    this.#forgetDriver();
    this.#events.record((sequence) => ({ kind: 'reset', sequence }));
  }

  /** Executes one request and returns the number of bytes written. */
  #handle(chain: DescriptorChain, negotiated: Negotiated): number {
    const { writable } = chain;
    const answer = this.#answer;
    const view = answer.begin(chain);
    answer.sequence = this.#events.next();
    if (!isUnderstood(answer.type, negotiated) || writable.length < TAIL_SIZE) {
      // virtio 1.2, 5.13.6.2: unknown type, or no room for a tail: nothing is written
      this.#tell();
      return 0;
    }
    const size = replySize(answer.type, writable.length, this.#options.probeSize);
    const request = this.#dialect.decodeRequest(view, answer.slots);
    if (request === undefined) {
      // Too short for its type, but there is room to say so: Linux takes used length 0 for success (`viommu_sync_req`)
      answer.refuse(this.#reply(undefined, VIRTIO_IOMMU_S_INVAL, size), VIRTIO_IOMMU_S_INVAL);
    } else {
      const hasProbeRoom = size === this.#options.probeSize + TAIL_SIZE;
      const outcome = this.#executor.execute(request, negotiated, hasProbeRoom);
      answer.settle(request, outcome, this.#reply(request, outcome.status, size));
    }
    this.#tell();
    writable.write(0, answer.written);
    return size;
  }

  #tell(): void {
    this.#answer.isTold = true;
    this.#events.tell(this.#answer);
    this.#answer.isTold = false;
  }

  #reply(request: Request | undefined, status: number, size: number): Uint8Array {
    if (size === TAIL_SIZE) {
      this.#tail[TAIL_STATUS] = status;
      return this.#tail;
    }
    if (request?.kind !== 'probe' || status !== VIRTIO_IOMMU_S_OK) return encodeReply(size, status);
    const reserved = this.#endpoints.get(request.endpoint)?.reserved ?? [];
    return encodeReply(size, status, encodeProperties(reserved, this.#dialect.regionFormat));
  }

  #fault(endpoint: Endpoint, stopped: StoppedAccess): FaultReport {
    const { access, length, isRing } = stopped;
    const { reason, stopHigh: high, stopLow: low } = this.#store.result;
    // FAULT_F_READ and FAULT_F_WRITE have the values of ACCESS_READ and ACCESS_WRITE
    const flags = access | VIRTIO_IOMMU_FAULT_F_ADDRESS;
    const domain = endpoint.domain?.id ?? null;
    const report = { reason, flags, endpoint: endpoint.id, high, low };
    const bytes = this.#dialect.encodeFault?.(report);
    const context = this.#driver?.context;
    const isReported = context !== undefined && bytes !== undefined && reportFault(context, bytes);
    this.#events.record((sequence) => ({
      kind: 'faulted',
      endpoint: endpoint.id,
      reason,
      flags,
      address: joinWords(high, low),
      start: joinWords(stopped.high, stopped.low),
      length,
      isRing,
      domain,
      mappedFlags: this.#flagsAt(domain, joinWords(high, low)),
      isReported,
      sequence,
    }));
    return report;
  }

  #flagsAt(domain: number | null, address: bigint): number | null {
    const mapping = domain === null ? undefined : this.mappings(domain, address, 1)[0];
    return mapping !== undefined && mapping.virtStart <= address ? mapping.flags : null;
  }

  #changeBypass(isBypass: boolean): boolean {
    if (this.#config.isBypass === isBypass) return false;
    this.#config.isBypass = isBypass;
    this.#settleBypass();
    this.#events.record((sequence) => ({ kind: 'bypass-changed', isBypass, sequence }));
    return true;
  }

  // virtio 1.2, 5.13.6: with BYPASS_CONFIG offered, accepted or not, the field rules; BYPASS must have been accepted
  #isUnattachedBypass(): boolean {
    const negotiated = this.#driver?.context.features ?? 0n;
    return this.#config.isBypass || (negotiated & VIRTIO_IOMMU_F_BYPASS) !== 0n;
  }

  // Must follow every change of what `#isUnattachedBypass` looks at: the store decides about accesses
  #settleBypass(): void {
    this.#store.setUnattachedBypass(this.#isUnattachedBypass());
  }

  // virtio 1.2, 5.13.5: after a reset no endpoint is attached to any domain
  #forgetDriver(): void {
    this.#driver = undefined;
    this.#settleBypass();
    this.#domains.clear();
  }
}

/** Who drives the device, from start to reset. */
interface Driver {
  readonly context: DeviceContext;
  readonly negotiated: Negotiated;
}

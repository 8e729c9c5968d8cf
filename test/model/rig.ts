// The device under test, with everything around it that a driver and a bus master need. Rings live in a memory of
// their own, so that DMA can go anywhere in RAM without breaking them.

import type { IommuEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { IommuSnapshot } from '../../src/iommu/iommu-snapshot.ts';
import type { MappingStore } from '../../src/iommu/store/mapping-store.ts';
import type { ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import type { Gpa } from '../../src/memory/address.ts';
import { toIova } from '../../src/memory/address.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import type { DriverQueue } from '../../src/driver/driver-queue.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { MmioTransport } from '../../src/virtio/mmio-transport.ts';
import { VIRTIO_F_VERSION_1 } from '../../src/virtio/features.ts';
import type { NaiveRegion } from './naive-regions.ts';
import type { NaiveConfig } from './naive-state.ts';
import type { Tally } from './tally.ts';

/** Guest RAM for DMA; not a multiple of the largest page. */
export const RAM_BYTES = 0x1_8000;
const RING_BYTES = 0x4_0000;
const REQUEST_BUFFER_BYTES = 0x2_0000;
const EVENT_BUFFER_BYTES = 0x8000;
export const REQUEST_QUEUE_SIZE = 64;
export const EVENT_QUEUE_SIZE = 16;

export type MakeStore = (limits: {
  readonly maxDomains: number;
  readonly maxMappings: number;
}) => MappingStore;

/** An interrupt message that reached the doorbell. */
export interface RungDoorbell {
  readonly endpoint: number;
  readonly address: bigint;
  readonly message: Uint8Array;
}

interface Machine {
  readonly iommu: VirtioIommu;
  readonly transport: MmioTransport<Gpa>;
}

/** One device at a time; `rebuild` puts another in its place. */
export class Rig {
  readonly ram = new FlatMemory(RAM_BYTES);
  readonly doorbells: RungDoorbell[] = [];
  /** What the device told, in the words of the model, since it was last taken. */
  events: string[] = [];
  readonly mmio: MmioDriver;
  readonly tally: Tally;
  /** A saved moment of the device, for a restore in the middle. */
  remembered: IommuSnapshot | undefined;
  readonly #rings = new FlatMemory(RING_BYTES);
  readonly #driverMemory = new DriverMemory(this.#rings, 0, RING_BYTES);
  readonly #config: NaiveConfig;
  readonly #endpoints: [number, readonly NaiveRegion[]][] = [];
  #machine: Machine;
  #queues: readonly DriverQueue[] = [];

  constructor(config: NaiveConfig, makeStore: MakeStore, tally: Tally) {
    this.tally = tally;
    this.#config = config;
    this.#machine = this.#build(makeStore);
    this.mmio = new MmioDriver(
      {
        read: (offset, width) => this.#machine.transport.read(offset, width),
        write: (offset, width, value) => this.#machine.transport.write(offset, width, value),
      },
      this.#driverMemory,
    );
  }

  get iommu(): VirtioIommu {
    return this.#machine.iommu;
  }

  /** Why the device broke, which nothing here may make it do. */
  get failure(): string | undefined {
    return this.#machine.transport.failure;
  }

  get requestQueue(): DriverQueue {
    return this.#queue(0);
  }

  get eventQueue(): DriverQueue {
    return this.#queue(1);
  }

  addEndpoint(id: number, regions: readonly NaiveRegion[]): void {
    this.iommu.addEndpoint(id, { reserved: regions.map(toReservedRegion) });
    this.#endpoints.push([id, regions]);
  }

  /** Reset to DRIVER_OK. */
  start(features: bigint): void {
    this.stop();
    this.#driverMemory.release();
    if (!this.mmio.negotiate(features | VIRTIO_F_VERSION_1)) throw new Error('features refused');
    this.#queues = [
      this.mmio.setUpQueue(0, { size: REQUEST_QUEUE_SIZE, bufferBytes: REQUEST_BUFFER_BYTES }),
      this.mmio.setUpQueue(1, { size: EVENT_QUEUE_SIZE, bufferBytes: EVENT_BUFFER_BYTES }),
    ];
    this.mmio.addStatus(4);
  }

  /** Device reset. */
  stop(): void {
    this.mmio.reset();
    this.#queues = [];
  }

  systemReset(): void {
    this.#machine.transport.reset();
    this.iommu.systemReset();
    this.#queues = [];
  }

  save(): IommuSnapshot {
    return structuredClone(this.iommu.save());
  }

  /** Another device with another store takes over where this one stands; the driver notices nothing. */
  rebuild(makeStore: MakeStore): void {
    const snapshot = this.save();
    const transport = structuredClone(this.#machine.transport.save());
    this.#machine = this.#build(makeStore);
    this.#machine.transport.restore(transport);
    this.iommu.restore(snapshot);
    this.events = [];
  }

  /** The whole state in the lines of the model's `describe`. */
  describe(): readonly string[] {
    const { sequence, isBypass, endpoints, domains } = this.iommu.state();
    return [
      `${sequence} ${isBypass}`,
      ...endpoints.map(describeEndpoint),
      ...domains.flatMap((domain) => this.#describeDomain(domain)),
    ];
  }

  #describeDomain(domain: IommuState['domains'][number]): readonly string[] {
    const mappings = this.iommu.mappings(domain.id, toIova(0n), domain.mappings + 1);
    return [
      `domain ${domain.id} ${domain.isBypass} ${domain.endpoints.join()} ${describeRegions(domain.reserved)}`,
      ...mappings.map(
        ({ virtStart, virtEnd, physStart, flags }) =>
          ` ${virtStart}..${virtEnd} ${physStart} ${flags}`,
      ),
      ` ${domain.bytes} bytes`,
    ];
  }

  #queue(index: number): DriverQueue {
    const queue = this.#queues[index];
    if (queue === undefined) throw new Error('the driver runs');
    return queue;
  }

  #build(makeStore: MakeStore): Machine {
    const config = this.#config;
    const iommu = new VirtioIommu({
      memory: this.ram,
      store: makeStore(config),
      options: {
        pageSizeMask: config.pageSizeMask,
        inputRange: config.inputRange,
        domainRange: config.domainRange,
        features: config.offered,
        probeSize: config.probeSize,
        bootBypass: config.bootBypass,
        identityPolicy: config.identityPolicy,
      },
      doorbell: (endpoint, address, message) =>
        this.doorbells.push({ endpoint, address, message: message.slice() }),
    });
    iommu.onEvent((event) => this.events.push(describeEvent(event)));
    for (const [id, regions] of this.#endpoints) {
      iommu.addEndpoint(id, { reserved: regions.map(toReservedRegion) });
    }
    const transport = new MmioTransport<Gpa>({
      device: iommu,
      memory: this.#rings,
      interruptLine: { setLevel: () => undefined },
    });
    return { iommu, transport };
  }
}

function toReservedRegion({ kind, start, end, flags }: NaiveRegion): ReservedRegion {
  const range = { start: toIova(start), end: toIova(end) };
  return kind === 'identity' ? { ...range, kind, flags } : { ...range, kind };
}

function describeRegions(regions: readonly ReservedRegion[]): string {
  return regions
    .map((region) => {
      const flags = region.kind === 'identity' ? region.flags : 0;
      return `${region.kind}[${region.start}..${region.end}]${flags}`;
    })
    .join();
}

function describeEndpoint(endpoint: IommuState['endpoints'][number]): string {
  const { id, mode, domain, translated, bypassed, blocked } = endpoint;
  const { translatedBytes, bypassedBytes, blockedBytes, reserved } = endpoint;
  const counts = [translated, bypassed, blocked, translatedBytes, bypassedBytes, blockedBytes];
  return `endpoint ${id} ${mode} ${domain} ${counts.join()} ${describeRegions(reserved)}`;
}

function describeEvent(event: IommuEvent): string {
  if (event.kind === 'faulted') {
    const { endpoint, reason, flags, address, start, length, domain, mappedFlags, isReported } =
      event;
    return `fault ${endpoint} ${reason} ${flags} ${address} ${start}+${length} ${domain} ${mappedFlags} ${isReported}`;
  }
  if (event.kind === 'bypass-changed') return `bypass-changed ${event.isBypass}`;
  if (event.kind === 'master-changed') return `master-changed ${event.endpoint} ${event.isMaster}`;
  if (event.kind === 'started') return `started ${event.features & ~VIRTIO_F_VERSION_1}`;
  if (event.kind === 'reset' || event.kind === 'system-reset' || event.kind === 'power-cycled') {
    return event.kind;
  }
  const removed = event.kind === 'unmapped' && event.removed > 0 ? ` ${event.removed} removed` : '';
  return `request ${event.status}${removed}`;
}

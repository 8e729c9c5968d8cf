// A virtio-iommu on a bench: guest RAM, the device behind its transport, endpoints, a started driver, a list of events.

import { FlatMemory } from '../../src/memory/flat-memory.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { MappingStore } from '../../src/iommu/store/mapping-store.ts';
import type { IommuOptions } from '../../src/iommu/options.ts';
import { ReferenceStore } from '../../src/iommu/store/reference-store.ts';
import type { ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { VirtioIommu, type Doorbell } from '../../src/iommu/virtio-iommu.ts';
import { VIRTIO_F_VERSION_1 } from '../../src/virtio/features.ts';
import { MmioTransport } from '../../src/virtio/mmio-transport.ts';
import type { Gpa } from '../../src/memory/address.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import { IommuDriver } from './iommu-driver.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { RecordingLine } from './virtio-rig.ts';

/** Two endpoints of every rig. */
export const ENDPOINT = 8;
export const OTHER_ENDPOINT = 0x1_0009;

/** Guest RAM of a rig; the driver owns the upper half, the lower half is for DMA. */
export const RAM_BYTES = 0x20_0000;
const DRIVER_START = 0x10_0000;

export interface IommuRigOptions {
  readonly options?: Partial<IommuOptions>;
  readonly store?: MappingStore;
  /** Reserved regions of the two endpoints; default: x86's MSI region for each. */
  readonly reserved?: Partial<Record<number, readonly ReservedRegion[]>>;
  readonly doorbell?: Doorbell;
  /** What the driver accepts; default: everything that is offered. */
  readonly accepts?: bigint;
  /** Sequence of what happened before this device was there. */
  readonly sequence?: number;
  /** Whether an endpoint can begin an access; default: each. */
  readonly isMaster?: (endpoint: number) => boolean;
}

export interface IommuRig {
  readonly memory: FlatMemory;
  readonly iommu: VirtioIommu;
  readonly transport: MmioTransport<Gpa>;
  readonly line: RecordingLine;
  readonly mmio: MmioDriver;
  /** Where queues and buffers are; `start` takes more of it each time unless it is released before. */
  readonly driverMemory: DriverMemory;
  /** Every event since the device was made. */
  readonly events: IommuEvent[];
  /** Starts (again), with empty queues. */
  start(): IommuDriver;
}

export type StartedIommu = IommuRig & { readonly driver: IommuDriver };

/** A device whose driver has not started. */
export function createIommuRig(rig: IommuRigOptions = {}): IommuRig {
  const memory = new FlatMemory(RAM_BYTES);
  const line = new RecordingLine();
  const iommu = new VirtioIommu({
    memory,
    store: rig.store ?? new ReferenceStore(),
    ...(rig.options === undefined ? {} : { options: rig.options }),
    ...(rig.sequence === undefined ? {} : { sequence: rig.sequence }),
    ...(rig.doorbell === undefined ? {} : { doorbell: rig.doorbell }),
  });
  const events: IommuEvent[] = [];
  iommu.onEvent((event) => events.push(event));
  for (const id of [ENDPOINT, OTHER_ENDPOINT]) {
    const reserved = rig.reserved?.[id];
    const isMaster = (): boolean => rig.isMaster?.(id) ?? true;
    iommu.addEndpoint(id, reserved === undefined ? { isMaster } : { reserved, isMaster });
  }
  const transport = new MmioTransport<Gpa>({ device: iommu, memory, interruptLine: line });
  const driverMemory = new DriverMemory(memory, DRIVER_START, RAM_BYTES - DRIVER_START);
  const mmio = new MmioDriver(transport, driverMemory);
  const start = (): IommuDriver => {
    const features = (rig.accepts ?? iommu.deviceFeatures) | VIRTIO_F_VERSION_1;
    return new IommuDriver(mmio, mmio.start(features, [{}, {}]));
  };
  return { memory, iommu, transport, line, mmio, driverMemory, events, start };
}

/** A device with its started driver. */
export function startIommu(options: IommuRigOptions = {}): StartedIommu {
  const rig = createIommuRig(options);
  return { ...rig, driver: rig.start() };
}

/** The two functions above over stores of one kind, a fresh one for each device: for suites that run over every kind. */
export function iommuRigsOver(makeStore: () => MappingStore): {
  readonly createIommuRig: typeof createIommuRig;
  readonly startIommu: typeof startIommu;
} {
  return {
    createIommuRig: (options) => createIommuRig({ store: makeStore(), ...options }),
    startIommu: (options) => startIommu({ store: makeStore(), ...options }),
  };
}

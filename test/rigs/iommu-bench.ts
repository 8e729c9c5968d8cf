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
import { RecordingLine } from './virtio-bench.ts';

/** Two endpoints of every bench. */
export const ENDPOINT = 8;
export const OTHER_ENDPOINT = 0x1_0009;

/** Guest RAM of a bench; the driver owns the upper half, the lower half is for DMA. */
export const RAM_BYTES = 0x20_0000;
const DRIVER_START = 0x10_0000;

export interface IommuBenchOptions {
  readonly options?: Partial<IommuOptions>;
  readonly store?: MappingStore;
  /** Reserved regions of the two endpoints; default: x86's MSI region for each. */
  readonly reserved?: Partial<Record<number, readonly ReservedRegion[]>>;
  readonly doorbell?: Doorbell;
  /** What the driver accepts; default: everything that is offered. */
  readonly accepts?: bigint;
}

export interface IommuBench {
  readonly memory: FlatMemory;
  readonly iommu: VirtioIommu;
  readonly transport: MmioTransport<Gpa>;
  readonly line: RecordingLine;
  readonly mmio: MmioDriver;
  /** Every event since the device was made. */
  readonly events: IommuEvent[];
  /** Starts (again), with empty queues. */
  start(): IommuDriver;
}

export type StartedIommu = IommuBench & { readonly driver: IommuDriver };

/** A device whose driver has not started. */
export function createIommuBench(bench: IommuBenchOptions = {}): IommuBench {
  const memory = new FlatMemory(RAM_BYTES);
  const line = new RecordingLine();
  const iommu = new VirtioIommu({
    memory,
    store: bench.store ?? new ReferenceStore(),
    ...(bench.options === undefined ? {} : { options: bench.options }),
    ...(bench.doorbell === undefined ? {} : { doorbell: bench.doorbell }),
  });
  const events: IommuEvent[] = [];
  iommu.onEvent((event) => events.push(event));
  for (const id of [ENDPOINT, OTHER_ENDPOINT]) {
    const reserved = bench.reserved?.[id];
    iommu.addEndpoint(id, reserved === undefined ? {} : { reserved });
  }
  const transport = new MmioTransport<Gpa>({ device: iommu, memory, interruptLine: line });
  const driverMemory = new DriverMemory(memory, DRIVER_START, RAM_BYTES - DRIVER_START);
  const mmio = new MmioDriver(transport, driverMemory);
  const start = (): IommuDriver => {
    const features = (bench.accepts ?? iommu.deviceFeatures) | VIRTIO_F_VERSION_1;
    return new IommuDriver(mmio, mmio.start(features, [{}, {}]));
  };
  return { memory, iommu, transport, line, mmio, events, start };
}

/** A device with its started driver. */
export function startIommu(options: IommuBenchOptions = {}): StartedIommu {
  const bench = createIommuBench(options);
  return { ...bench, driver: bench.start() };
}

/** The two functions above over stores of one kind, a fresh one for each device: for suites that run over every kind. */
export function iommuBenchesOver(makeStore: () => MappingStore): {
  readonly createIommuBench: typeof createIommuBench;
  readonly startIommu: typeof startIommu;
} {
  return {
    createIommuBench: (options) => createIommuBench({ store: makeStore(), ...options }),
    startIommu: (options) => startIommu({ store: makeStore(), ...options }),
  };
}

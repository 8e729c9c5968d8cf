// Our virtio-iommu behind its transport, configured like QEMU's, and what it knew before a request.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CONFIG_BYPASS,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_REQUEST_VQ,
} from '../../src/iommu/protocol/protocol.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { Mapping, MappingStore } from '../../src/iommu/store/mapping-store.ts';
import { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import type { Gpa } from '../../src/memory/address.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import type { ChainRequest, DriverQueue } from '../../src/driver/driver-queue.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { RecordingLine } from '../rigs/virtio-rig.ts';
import { packageRoot } from '../../src/guest/package-root.ts';
import { MmioTransport, type AccessWidth } from '../../src/virtio/mmio-transport.ts';
import type { DomainBefore, StateBefore } from './state-before.ts';
import type { Answer } from './operation.ts';
import { ENDPOINTS, OUR_OPTIONS } from './setup.ts';

const RAM_BYTES = 0x10_0000;
const DRIVER_START = 0x1000;
/** More mappings than any run makes in one domain. */
const ALL_MAPPINGS = 100_000;

/** The store that the product runs on. Throws when `npm run build:wasm` was not run. */
export function createStore(): MappingStore {
  const path = join(packageRoot(), 'wasm', 'build', 'store.wasm');
  return new WasmStore(new WebAssembly.Module(readFileSync(path)));
}

/** One device; `start` comes first. */
export class OurDevice {
  readonly #iommu: VirtioIommu;
  readonly #driverMemory: DriverMemory;
  readonly #driver: MmioDriver;
  #queue: DriverQueue | undefined;
  #features = 0n;
  // Read out of the store again only after a request has changed them.
  #mappings = new Map<number, readonly Mapping[]>();
  #named = new Set<number>();

  constructor(store: MappingStore) {
    const memory = new FlatMemory(RAM_BYTES);
    this.#iommu = new VirtioIommu({ memory, store, options: OUR_OPTIONS });
    for (const id of ENDPOINTS) this.#iommu.addEndpoint(id);
    this.#iommu.onEvent((event) => this.#follow(event));
    const transport = new MmioTransport<Gpa>({
      device: this.#iommu,
      memory,
      interruptLine: new RecordingLine(),
    });
    this.#driverMemory = new DriverMemory(memory, DRIVER_START, RAM_BYTES - DRIVER_START);
    this.#driver = new MmioDriver(transport, this.#driverMemory);
  }

  /** Reset to DRIVER_OK. Answers with the last configuration word. */
  start(features: bigint): Answer {
    this.#driverMemory.release();
    this.#features = features;
    [this.#queue] = this.#driver.start(features, [{}, {}]);
    return this.readConfig(CONFIG_BYPASS, 4);
  }

  submit(chain: ChainRequest): Answer {
    if (this.#queue === undefined) throw new Error('start comes first');
    this.#queue.add(chain);
    this.#driver.notify(VIRTIO_IOMMU_REQUEST_VQ);
    const used = this.#queue.takeUsed();
    if (used !== undefined) return { kind: 'used', length: used.length, bytes: used.bytes };
    if (this.#driver.needsReset) return { kind: 'broken' };
    throw new Error('our device left a request unanswered');
  }

  readConfig(offset: number, width: AccessWidth): Answer {
    return { kind: 'value', value: this.#driver.readConfig(offset, width) };
  }

  /** Writes, and gives `bypass` and the reserved bytes as they are afterwards. */
  writeConfig(offset: number, width: AccessWidth, value: number): Answer {
    this.#driver.writeConfig(offset, width, value);
    return this.#driver.needsReset ? { kind: 'broken' } : this.readConfig(CONFIG_BYPASS, 4);
  }

  /** A copy of what the next request will meet. */
  state(): StateBefore {
    const { isBypass, domains } = this.#iommu.state();
    return {
      features: this.#features,
      isBypass,
      named: new Set(this.#named),
      domains: new Map(
        domains.map((domain): [number, DomainBefore] => {
          const { id, endpoints } = domain;
          return [id, { isBypass: domain.isBypass, endpoints, mappings: this.#mappingsOf(id) }];
        }),
      ),
    };
  }

  #mappingsOf(domain: number): readonly Mapping[] {
    const known = this.#mappings.get(domain);
    if (known !== undefined) return known;
    const mappings = this.#iommu.mappings(domain, 0n, ALL_MAPPINGS);
    this.#mappings.set(domain, mappings);
    return mappings;
  }

  #follow(event: IommuEvent): void {
    if (event.kind === 'mapped' || event.kind === 'unmapped') {
      this.#mappings.delete(event.domain);
      return;
    }
    if (event.kind === 'attached' || event.kind === 'detached' || event.kind === 'reset') {
      this.#mappings.clear();
    }
    // Flags are looked at before the endpoint: an ATTACH with unknown ones names nothing.
    if (event.kind === 'attached' && (event.flags & ~VIRTIO_IOMMU_ATTACH_F_BYPASS) === 0) {
      this.#named.add(event.endpoint);
    }
    if (event.kind === 'reset') this.#named.clear();
  }
}

// What ought to become of an access: asked of a second device that has the naive store, and whose mappings and attachments
// come from the record of requests. The engine has no part in it.

import { highWord, lowWord } from '../base/words.ts';
import type { PhysicalMemory } from '../memory/address-space.ts';
import type { DmaOutcome, DmaPort } from '../iommu/dma-port.ts';
import { VIRTIO_IOMMU_F_BYPASS } from '../iommu/protocol/protocol.ts';
import type { ReservedRegion } from '../iommu/regions/reserved-regions.ts';
import { ReferenceStore } from '../iommu/store/reference-store.ts';
import type { Access, Mapping } from '../iommu/store/mapping-store.ts';
import { encodeStoreImage } from '../iommu/store/store-image.ts';
import { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { IommuOptions } from '../iommu/options.ts';
import type { Moment } from '../trace/replay/moment.ts';

/** Every page of this space is swept: the endpoints put 32 address bits on the bus. */
export const SWEPT_SPACE = 0x1_0000_0000;

/** A stretch of addresses of which all the same becomes. */
export interface Run {
  readonly start: number;
  /** First byte behind it. */
  readonly end: number;
  readonly outcome: 'memory' | 'doorbell' | 'fault';
  /** Guest-physical address of its first byte, for `memory`. */
  readonly target: number;
}

/** What an IOMMU is made of, as far as it matters here. */
export interface OracleParts {
  readonly options: Partial<IommuOptions>;
  readonly endpoints: readonly {
    readonly id: number;
    readonly reserved: readonly ReservedRegion[];
  }[];
  readonly memory: PhysicalMemory;
  /** What the device knows at this moment, from its record. */
  readonly moment: Moment;
}

const NOTHING_COUNTED = {
  translated: 0,
  translatedBytes: 0,
  bypassed: 0,
  bypassedBytes: 0,
  blocked: 0,
  blockedBytes: 0,
};

export class Oracle {
  readonly #iommu: VirtioIommu;
  readonly #ports = new Map<number, DmaPort>();
  /** Addresses at which something may change, of each endpoint. */
  readonly #bounds = new Map<number, readonly number[]>();

  /** Throws `Error` when the record does not know all of the state. */
  constructor({ options, endpoints, memory, moment }: OracleParts) {
    if (moment.missing !== null || moment.isBypass === null) {
      throw new Error('the record does not go back to power on, so it cannot tell what is mapped');
    }
    const store = new ReferenceStore();
    this.#iommu = new VirtioIommu({ memory, store, options });
    for (const { id, reserved } of endpoints) this.#iommu.addEndpoint(id, { reserved });
    const attached = endpoints.map(({ id }) => {
      const { domain = null, mode = null } = moment.endpoint(id) ?? {};
      return { id, domain, mode };
    });
    const domains = new Map<number, readonly Mapping[]>();
    for (const { domain, mode } of attached) {
      if (mode !== 'attached' || domain === null || domains.has(domain)) continue;
      domains.set(domain, moment.mappings(domain, 0n, Number.POSITIVE_INFINITY));
    }
    this.#iommu.restore({
      sequence: 0,
      isBypass: moment.isBypass,
      endpoints: attached.map(({ id, domain, mode }) => ({
        id,
        domain: domain === null ? null : { id: domain, isBypass: mode === 'bypass' },
        counters: NOTHING_COUNTED,
      })),
      domains: [],
      mappings: encodeStoreImage([...domains].map(([domain, mappings]) => ({ domain, mappings }))),
    });
    // virtio 1.2, 5.13.6: the feature counts without the field; this device has no driver that accepted it
    const hasBypass = ((moment.features ?? 0n) & VIRTIO_IOMMU_F_BYPASS) !== 0n;
    store.setUnattachedBypass(moment.isBypass || hasBypass);
    for (const { id, domain } of attached) {
      this.#ports.set(id, this.#iommu.port(id));
      const own = domain === null ? [] : (domains.get(domain) ?? []);
      const regions = endpoints.flatMap(({ reserved }) => reserved);
      this.#bounds.set(id, boundsOf(own, regions));
    }
  }

  /** What ought to become of one access. */
  ask(endpoint: number, address: number, length: number, access: Access): DmaOutcome {
    const high = Math.floor(address / SWEPT_SPACE);
    return this.#port(endpoint).translate(high, address % SWEPT_SPACE, length, access);
  }

  /** What ought to become of each byte of the 32-bit space: runs from 0 to its end, without a gap. */
  runs(endpoint: number, access: Access): readonly Run[] {
    const port = this.#port(endpoint);
    const bounds = this.#bounds.get(endpoint) ?? [];
    return bounds.slice(0, -1).map((start, index) => {
      const outcome = port.translate(0, start, 1, access);
      const end = bounds[index + 1] ?? SWEPT_SPACE;
      const target = outcome.kind === 'memory' ? Number(outcome.segments[0]?.address ?? 0n) : 0;
      return { start, end, outcome: outcome.kind, target };
    });
  }

  #port(endpoint: number): DmaPort {
    const port = this.#ports.get(endpoint);
    if (port === undefined) throw new Error(`there is no endpoint ${endpoint}`);
    return port;
  }
}

/** Where mappings and regions begin and end within the swept space, ascending, from 0 to its end. */
function boundsOf(
  mappings: readonly Mapping[],
  regions: readonly ReservedRegion[],
): readonly number[] {
  const bounds = new Set([0, SWEPT_SPACE]);
  const add = (address: bigint): void => {
    if (highWord(address) === 0) bounds.add(lowWord(address));
  };
  for (const { virtStart, virtEnd } of mappings) {
    add(virtStart);
    add(virtEnd + 1n);
  }
  for (const { start, end } of regions) {
    add(start);
    add(end + 1n);
  }
  return [...bounds].toSorted((one, other) => one - other);
}

// What ought to become of an access: asked of a second device that has the naive store, and whose mappings and attachments
// come from the record of requests. The engine has no part in it. The naive store looks through all that it holds, so that a
// domain's mappings stand on shelves, few on each, with a device for each shelf.

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

/** Mappings that one naive store holds: it looks through all of them each time. */
const SHELF_MAPPINGS = 64;
/** More than an access of this lab has bytes. */
const MAX_ACCESS = 1 << 16;

/** Where an endpoint is. */
interface Place {
  readonly id: number;
  readonly domain: number | null;
  readonly mode: string | null;
  /** What its domain maps, by rising address. */
  readonly mappings: readonly Mapping[];
  /** First address of each shelf but the first, ascending. */
  readonly shelves: readonly bigint[];
  /** Addresses at which something may change. */
  readonly bounds: readonly number[];
}

export class Oracle {
  readonly #parts: OracleParts;
  readonly #isBypass: boolean;
  readonly #isUnattachedBypass: boolean;
  readonly #places = new Map<number, Place>();
  /** By domain and shelf; a bypass domain, and what is in none, have one for all. */
  readonly #devices = new Map<string, VirtioIommu>();

  /** Throws `Error` when the record does not know all of the state. */
  constructor(parts: OracleParts) {
    const { endpoints, moment } = parts;
    if (moment.missing !== null || moment.isBypass === null) {
      throw new Error('the record does not go back to power on, so it cannot tell what is mapped');
    }
    this.#parts = parts;
    this.#isBypass = moment.isBypass;
    // virtio 1.2, 5.13.6: the feature counts without the field; this device has no driver that accepted it
    const hasBypass = ((moment.features ?? 0n) & VIRTIO_IOMMU_F_BYPASS) !== 0n;
    this.#isUnattachedBypass = moment.isBypass || hasBypass;
    const regions = endpoints.flatMap(({ reserved }) => reserved);
    for (const { id } of endpoints) {
      const { domain = null, mode = null } = moment.endpoint(id) ?? {};
      const isMapped = mode === 'attached' && domain !== null;
      const mappings = isMapped ? moment.mappings(domain, 0n, Number.POSITIVE_INFINITY) : [];
      const shelves = mappings
        .filter((_mapping, index) => index > 0 && index % SHELF_MAPPINGS === 0)
        .map(({ virtStart }) => virtStart);
      const bounds = boundsOf(mappings, regions);
      this.#places.set(id, { id, domain, mode, mappings, shelves, bounds });
    }
  }

  /** What ought to become of one access, of MAX_ACCESS bytes at most. */
  ask(endpoint: number, address: number, length: number, access: Access): DmaOutcome {
    const place = this.#placeOf(endpoint);
    const shelf = countUpTo(place.shelves, BigInt(address));
    const high = Math.floor(address / SWEPT_SPACE);
    return this.#portOf(place, shelf).translate(high, address % SWEPT_SPACE, length, access);
  }

  /** What ought to become of each byte of the 32-bit space: runs from 0 to its end, without a gap. */
  runs(endpoint: number, access: Access): readonly Run[] {
    const place = this.#placeOf(endpoint);
    const { bounds, shelves } = place;
    let shelf = 0;
    let port = this.#portOf(place, shelf);
    return bounds.slice(0, -1).map((start, index) => {
      const next = countUpTo(shelves, BigInt(start));
      if (next !== shelf) [shelf, port] = [next, this.#portOf(place, next)];
      const outcome = port.translate(0, start, 1, access);
      const end = bounds[index + 1] ?? SWEPT_SPACE;
      const target = outcome.kind === 'memory' ? Number(outcome.segments[0]?.address ?? 0n) : 0;
      return { start, end, outcome: outcome.kind, target };
    });
  }

  #placeOf(endpoint: number): Place {
    const place = this.#places.get(endpoint);
    if (place === undefined) throw new Error(`there is no endpoint ${endpoint}`);
    return place;
  }

  #portOf(place: Place, shelf: number): DmaPort {
    const key = `${place.domain} ${shelf}`;
    let device = this.#devices.get(key);
    if (device === undefined) {
      device = this.#make(place, shelf);
      this.#devices.set(key, device);
    }
    return device.port(place.id);
  }

  /**
   * A device in which the domain of a place has the mappings of one shelf only, and those behind it that an access which begins
   * there can reach: what becomes of an access depends on no others.
   */
  #make({ domain: wanted, mappings, shelves }: Place, shelf: number): VirtioIommu {
    const { memory, options, endpoints } = this.#parts;
    const store = new ReferenceStore();
    const iommu = new VirtioIommu({ memory, store, options });
    for (const { id, reserved } of endpoints) iommu.addEndpoint(id, { reserved });
    const first = shelf * SHELF_MAPPINGS;
    const reach = (shelves[shelf] ?? 0n) + BigInt(MAX_ACCESS);
    let last = Math.min(first + SHELF_MAPPINGS, mappings.length);
    while ((mappings[last]?.virtStart ?? reach) < reach) last += 1;
    const places = [...this.#places.values()];
    const mapped = new Set(
      places.flatMap(({ mode, domain }) => (mode === 'attached' ? [domain] : [])),
    );
    iommu.restore({
      sequence: 0,
      isBypass: this.#isBypass,
      endpoints: places.map(({ id, domain, mode }) => ({
        id,
        domain: domain === null ? null : { id: domain, isBypass: mode === 'bypass' },
        counters: NOTHING_COUNTED,
      })),
      domains: [],
      mappings: encodeStoreImage(
        [...mapped].flatMap((domain) =>
          domain === null
            ? []
            : [{ domain, mappings: domain === wanted ? mappings.slice(first, last) : [] }],
        ),
      ),
    });
    store.setUnattachedBypass(this.#isUnattachedBypass);
    return iommu;
  }
}

/** How many of ascending addresses are not above one. */
function countUpTo(addresses: readonly bigint[], address: bigint): number {
  let [low, high] = [0, addresses.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((addresses[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
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

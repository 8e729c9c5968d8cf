// The endpoints behind the IOMMU: known to the machine's builder, never created by a guest.

import type { Domain } from './domain.ts';
import { mergeRegions, type RegionList } from './combination-table.ts';
import { propertiesSize, type RegionFormat } from './codec.ts';
import { domainWindows, ownWindows, type RegionWindow } from './region-window.ts';
import { checkRegion, nameOf, rightsOf, type ReservedRegion } from './reserved-regions.ts';

/** DMA accesses and bytes of one endpoint by outcome, since machine start. */
export interface DmaCounters {
  translated: number;
  bypassed: number;
  blocked: number;
  translatedBytes: number;
  bypassedBytes: number;
  blockedBytes: number;
}

/** One bus master as the IOMMU knows it. */
export class Endpoint {
  readonly id: number;
  /** What PROBE tells of it. */
  readonly reserved: RegionList;
  /** Its MSI region in one piece, whatever windows the regions of others cut it into. */
  readonly doorbell: RegionWindow | undefined;
  readonly counters: DmaCounters = {
    translated: 0,
    bypassed: 0,
    blocked: 0,
    translatedBytes: 0,
    bypassedBytes: 0,
    blockedBytes: 0,
  };
  /** The domain it is attached to; the only record of an attachment. */
  domain: Domain | null = null;
  readonly #own: readonly RegionWindow[];
  // The latest windows, and the joined regions that they were made for
  #windows: readonly RegionWindow[];
  #joined: RegionList | undefined;

  constructor(id: number, reserved: RegionList) {
    this.id = id;
    this.reserved = reserved;
    this.#own = ownWindows(reserved);
    this.#windows = this.#own;
    this.doorbell = this.#own.find(({ isDoorbell }) => isDoorbell);
  }

  /** What the DMA path has to look at, in its present domain. */
  get windows(): readonly RegionWindow[] {
    const { domain } = this;
    if (domain === null || domain.isBypass) return this.#own;
    const { regions, policy } = domain;
    if (regions !== this.#joined) {
      this.#joined = regions;
      this.#windows = domainWindows(this.reserved, regions, policy);
    }
    return this.#windows;
  }
}

/** Endpoints by ID, in the order they were added. */
export class EndpointTable {
  readonly #endpoints = new Map<number, Endpoint>();
  // Equal lists of regions are one object, so that a thousand endpoints with the platform's MSI region have one list
  readonly #lists = new Map<string, RegionList>();
  readonly #probeSize: number;
  readonly #format: RegionFormat;

  /** `format` is how PROBE tells of regions, in at most `probeSize` bytes. */
  constructor(probeSize: number, format: RegionFormat) {
    this.#probeSize = probeSize;
    this.#format = format;
  }

  /**
   * Regions that overlap are merged. Throws `RangeError` for an ID that is taken or not 32 bits wide, or for regions
   * that can not be presented.
   */
  add(id: number, reserved: readonly ReservedRegion[]): Endpoint {
    if (id !== id >>> 0) throw new RangeError(`endpoint ID ${id} is not a 32-bit number`);
    if (this.#endpoints.has(id)) throw new RangeError(`endpoint ${id} was added before`);
    const endpoint = new Endpoint(id, this.#prepare(reserved));
    this.#endpoints.set(id, endpoint);
    return endpoint;
  }

  get(id: number): Endpoint | undefined {
    return this.#endpoints.get(id);
  }

  all(): readonly Endpoint[] {
    return [...this.#endpoints.values()];
  }

  // virtio 1.2, 5.13.6.8.2: a device presents neither overlapping regions nor a second MSI region; and PROBE can tell
  // of no more than probe_size bytes hold
  #prepare(regions: readonly ReservedRegion[]): RegionList {
    regions.forEach(checkRegion);
    const merged = mergeRegions(regions);
    if (merged.filter(({ kind }) => kind === 'msi').length > 1) {
      throw new RangeError('an endpoint has at most one MSI region, also once overlaps are merged');
    }
    const unwieldy = merged.find((region) => !this.#format.canHold(region));
    if (unwieldy !== undefined) {
      throw new RangeError(
        `${nameOf(unwieldy)} is too long for a draft, which tells its size in 64 bits`,
      );
    }
    const size = propertiesSize(merged, this.#format);
    if (size > this.#probeSize) {
      throw new RangeError(
        `${merged.length} reserved regions take ${size} bytes of properties and do not fit into the ${this.#probeSize} of probeSize`,
      );
    }
    const key = merged.map((region) => `${nameOf(region)} ${rightsOf(region)}`).join();
    const known = this.#lists.get(key) ?? merged;
    this.#lists.set(key, known);
    return known;
  }
}

// The endpoints behind the IOMMU: known to the machine's builder, never created by a guest.

import type { RegionList } from '../regions/combination-table.ts';
import type { Domain } from './domain.ts';
import type { DmaCounters, MappingStore } from '../store/mapping-store.ts';
import type { IdentityPolicy } from '../options.ts';
import type { RegionLists } from '../regions/region-lists.ts';
import { endpointWindows, type EndpointWindows } from '../regions/region-window.ts';
import type { ReservedRegion } from '../regions/reserved-regions.ts';

/** What is to be known of an endpoint that is added. */
export interface EndpointOptions {
  /** What PROBE shall tell of it; default: x86's MSI doorbell. */
  readonly reserved?: readonly ReservedRegion[];
  /** Whether it can begin an access now, for a function with bus mastering to switch; default: always. */
  readonly isMaster?: (() => boolean) | undefined;
}

/** One bus master as the IOMMU knows it. */
export class Endpoint {
  readonly id: number;
  /** Its number in the mapping store. */
  readonly number: number;
  /** What PROBE tells of it. */
  readonly reserved: RegionList;
  /** Whether it can begin an access, as its function says. */
  readonly isMaster: () => boolean;
  /** The domain it is attached to; the only record of an attachment. */
  domain: Domain | null = null;
  /** Whether its next access that is let through is to be told of. */
  isSampled = false;
  readonly #store: MappingStore;

  constructor(
    { id, reserved, isMaster }: Pick<Endpoint, 'id' | 'reserved' | 'isMaster'>,
    number: number,
    store: MappingStore,
  ) {
    this.id = id;
    this.reserved = reserved;
    this.isMaster = isMaster;
    this.number = number;
    this.#store = store;
  }

  get counters(): DmaCounters {
    return this.#store.counters(this.number);
  }

  set counters(counters: DmaCounters) {
    this.#store.setCounters(this.number, counters);
  }
}

/** Endpoints by ID, in the order they were added. */
export class EndpointTable {
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #lists: RegionLists;
  readonly #store: MappingStore;
  readonly #windows = new Map<RegionList, EndpointWindows>();
  readonly #policy: IdentityPolicy;

  constructor(lists: RegionLists, store: MappingStore, policy: IdentityPolicy) {
    this.#lists = lists;
    this.#store = store;
    this.#policy = policy;
  }

  /**
   * Regions that overlap are merged. Throws `RangeError` for an ID that is taken or not 32 bits wide, or for regions
   * that can not be presented.
   */
  add(id: number, reserved: readonly ReservedRegion[], isMaster = (): boolean => true): Endpoint {
    if (id !== id >>> 0) throw new RangeError(`endpoint ID ${id} is not a 32-bit number`);
    if (this.#endpoints.has(id)) throw new RangeError(`endpoint ${id} was added before`);
    const list = this.#lists.prepare(reserved);
    const windows = this.#windows.get(list) ?? endpointWindows(list, this.#policy);
    this.#windows.set(list, windows);
    const endpoint = new Endpoint(
      { id, reserved: list, isMaster },
      this.#store.addEndpoint(windows),
      this.#store,
    );
    this.#endpoints.set(id, endpoint);
    return endpoint;
  }

  get(id: number): Endpoint | undefined {
    return this.#endpoints.get(id);
  }

  all(): readonly Endpoint[] {
    return [...this.#endpoints.values()];
  }
}

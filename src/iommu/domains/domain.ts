// One domain: which it is, and what the reserved regions of its endpoints add up to.

import { assert } from '../../base/assert.ts';
import type { RegionList } from '../regions/combination-table.ts';
import type { DmaCounters, MappingStore } from '../store/mapping-store.ts';
import type { IdentityPolicy } from '../options.ts';
import { RegionBounds } from '../regions/region-bounds.ts';
import { joinRegions, toWindows } from '../regions/region-window.ts';

/** Which domain: a bypass domain translates identically and has no mappings in the store. */
export interface DomainKey {
  readonly id: number;
  readonly isBypass: boolean;
}

/** What a domain knows of an endpoint in it. */
interface DomainMember {
  readonly reserved: RegionList;
  readonly counters: DmaCounters;
}

const NO_REGIONS: RegionList = [];

/** What the endpoints of a domain did in it; bypass domains translate nothing. */
export type DomainCounters = Pick<
  DmaCounters,
  'translated' | 'translatedBytes' | 'blocked' | 'blockedBytes'
>;

/** Where the counting of a new domain starts. */
export const NO_ACCESSES: DomainCounters = {
  translated: 0,
  translatedBytes: 0,
  blocked: 0,
  blockedBytes: 0,
};

/** A domain; `DomainTable` tells it of every endpoint that comes and goes. */
export class Domain implements DomainKey {
  readonly id: number;
  readonly isBypass: boolean;
  readonly policy: IdentityPolicy;
  readonly #store: MappingStore;
  /** How many of its endpoints have which regions; equal lists are one object (`EndpointTable`). */
  readonly #lists = new Map<RegionList, number>();
  /** Its endpoints, with their counters when they came. */
  readonly #endpoints = new Map<DomainMember, DmaCounters>();
  #regions: RegionList | undefined = NO_REGIONS;
  #bounds: RegionBounds | undefined;
  #hasWindows = true;
  /** Counted before the endpoints that are here now came. */
  #counted: DomainCounters;

  constructor(
    { id, isBypass }: DomainKey,
    policy: IdentityPolicy,
    store: MappingStore,
    counted: DomainCounters = NO_ACCESSES,
  ) {
    this.id = id;
    this.isBypass = isBypass;
    this.policy = policy;
    this.#store = store;
    this.#counted = counted;
  }

  /** Number of endpoints attached. */
  get size(): number {
    return this.#endpoints.size;
  }

  /** Every list of regions that one of its endpoints has, once. */
  get lists(): readonly RegionList[] {
    return [...this.#lists.keys()];
  }

  /** Reserved regions of all its endpoints, joined; none in a bypass domain. The same object until they change. */
  get regions(): RegionList {
    if (this.isBypass) return NO_REGIONS;
    this.#regions ??= joinRegions(this.lists);
    return this.#regions;
  }

  /** Where `regions` lie. The same object until they change. */
  get bounds(): RegionBounds {
    this.#bounds ??= new RegionBounds(this.regions);
    return this.#bounds;
  }

  get counters(): DomainCounters {
    let counted = this.#counted;
    for (const [endpoint, before] of this.#endpoints) {
      counted = addDifference(counted, endpoint.counters, before);
    }
    return counted;
  }

  /** Must be called before an endpoint of it accesses memory: the store learns of changed regions here, once. */
  prepareAccess(): void {
    if (this.#hasWindows) return;
    this.#store.setWindows(this.id, toWindows(this.regions));
    this.#hasWindows = true;
  }

  /** An endpoint was attached. */
  enter(endpoint: DomainMember): void {
    const count = this.#lists.get(endpoint.reserved) ?? 0;
    this.#lists.set(endpoint.reserved, count + 1);
    this.#endpoints.set(endpoint, endpoint.counters);
    if (count === 0) this.#forgetRegions();
  }

  /** An endpoint of it was detached. */
  leave(endpoint: DomainMember): void {
    const list = endpoint.reserved;
    const count = this.#lists.get(list);
    const before = this.#endpoints.get(endpoint);
    assert(count !== undefined && before !== undefined, 'only an endpoint that entered leaves');
    this.#counted = addDifference(this.#counted, endpoint.counters, before);
    this.#endpoints.delete(endpoint);
    if (count > 1) {
      this.#lists.set(list, count - 1);
      return;
    }
    this.#lists.delete(list);
    this.#forgetRegions();
  }

  #forgetRegions(): void {
    this.#regions = undefined;
    this.#bounds = undefined;
    // The store's room for windows is for those of endpoints that are here, not of all that have ever been
    if (this.#hasWindows && !this.isBypass) this.#store.setWindows(this.id, []);
    this.#hasWindows = this.isBypass;
  }
}

function addDifference(
  counted: DomainCounters,
  now: DmaCounters,
  before: DmaCounters,
): DomainCounters {
  return {
    translated: counted.translated + now.translated - before.translated,
    translatedBytes: counted.translatedBytes + now.translatedBytes - before.translatedBytes,
    blocked: counted.blocked + now.blocked - before.blocked,
    blockedBytes: counted.blockedBytes + now.blockedBytes - before.blockedBytes,
  };
}

// One domain: which it is, and what the reserved regions of its endpoints add up to.

import { assert } from '../base/assert.ts';
import type { RegionList } from './combination-table.ts';
import type { IdentityPolicy } from './options.ts';
import { joinRegions } from './region-window.ts';

/** Which domain: a bypass domain translates identically and has no mappings in the store. */
export interface DomainKey {
  readonly id: number;
  readonly isBypass: boolean;
}

const NO_REGIONS: RegionList = [];

/** A domain; `DomainTable` tells it of every endpoint that comes and goes. */
export class Domain implements DomainKey {
  readonly id: number;
  readonly isBypass: boolean;
  readonly policy: IdentityPolicy;
  /** How many of its endpoints have which regions; equal lists are one object (`EndpointTable`). */
  readonly #lists = new Map<RegionList, number>();
  #size = 0;
  #regions: RegionList | undefined;

  constructor({ id, isBypass }: DomainKey, policy: IdentityPolicy) {
    this.id = id;
    this.isBypass = isBypass;
    this.policy = policy;
  }

  /** Number of endpoints attached. */
  get size(): number {
    return this.#size;
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

  /** An endpoint with these regions was attached. */
  enter(list: RegionList): void {
    const count = this.#lists.get(list) ?? 0;
    this.#lists.set(list, count + 1);
    this.#size += 1;
    if (count === 0) this.#regions = undefined;
  }

  /** One of them was detached. */
  leave(list: RegionList): void {
    const count = this.#lists.get(list);
    assert(count !== undefined, 'only an endpoint that entered leaves');
    this.#size -= 1;
    if (count > 1) {
      this.#lists.set(list, count - 1);
      return;
    }
    this.#lists.delete(list);
    this.#regions = undefined;
  }
}

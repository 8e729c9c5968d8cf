// Domains exist from the first ATTACH that names them until their last endpoint leaves (virtio 1.2, 5.13.6).

import { assert } from '../base/assert.ts';
import type { RegionList } from './combination-table.ts';
import type { Endpoint, EndpointTable } from './endpoint-table.ts';
import type { MappingStore } from './mapping-store.ts';
import type { IdentityPolicy } from './options.ts';
import { domainWindows, joinRegions, ownWindows } from './region-window.ts';

/** Which domain: a bypass domain translates identically and has no mappings in the store. */
export interface DomainKey {
  readonly id: number;
  readonly isBypass: boolean;
}

/** A domain and what its endpoints make of it. */
export class Domain implements DomainKey {
  readonly id: number;
  readonly isBypass: boolean;
  /** Reserved regions of all its endpoints, joined; none in a bypass domain. Kept by `DomainTable`. */
  regions: RegionList = [];

  constructor({ id, isBypass }: DomainKey) {
    this.id = id;
    this.isBypass = isBypass;
  }
}

/** Domains by ID. A domain that is not a bypass domain has its twin in the mapping store. */
export class DomainTable {
  readonly #domains = new Map<number, Domain>();
  readonly #endpoints: EndpointTable;
  readonly #store: MappingStore;
  readonly #policy: IdentityPolicy;

  constructor(endpoints: EndpointTable, store: MappingStore, policy: IdentityPolicy) {
    this.#endpoints = endpoints;
    this.#store = store;
    this.#policy = policy;
  }

  get(id: number): Domain | undefined {
    return this.#domains.get(id);
  }

  all(): readonly Domain[] {
    return [...this.#domains.values()];
  }

  /**
   * Attaches the endpoint, moving it out of its present domain. Creates the domain when it is new; 'full', with
   * nothing changed, when the store takes no more domains. The caller has checked everything else.
   */
  attach(endpoint: Endpoint, key: DomainKey): 'attached' | 'full' {
    const known = this.#domains.get(key.id);
    // A domain that the endpoint leaves empty makes room for the new one
    if (this.#isAlone(endpoint)) this.detach(endpoint);
    if (known === undefined && !key.isBypass && this.#store.createDomain(key.id) === 'full') {
      return 'full';
    }
    this.detach(endpoint);
    this.#enter(endpoint, known ?? new Domain(key));
    return 'attached';
  }

  /** Detaches the endpoint from its domain, if any; the domain vanishes with its last endpoint. */
  detach(endpoint: Endpoint): void {
    const { domain } = endpoint;
    if (domain === null) return;
    endpoint.domain = null;
    endpoint.windows = ownWindows(endpoint.reserved);
    if (this.#endpoints.attachedTo(domain).length > 0) {
      this.#refresh(domain);
      return;
    }
    this.#domains.delete(domain.id);
    if (!domain.isBypass) this.#store.destroyDomain(domain.id);
  }

  /** Detaches every endpoint, so that no domain is left. */
  clear(): void {
    for (const endpoint of this.#endpoints.all()) this.detach(endpoint);
    assert(this.#domains.size === 0, 'every domain has an endpoint');
  }

  /** Puts back an attachment of a saved machine; the store has its domains already. */
  restoreAttachment(endpoint: Endpoint, key: DomainKey): void {
    this.#enter(endpoint, this.#domains.get(key.id) ?? new Domain(key));
  }

  #isAlone({ domain }: Endpoint): boolean {
    return domain !== null && !domain.isBypass && this.#endpoints.attachedTo(domain).length === 1;
  }

  #enter(endpoint: Endpoint, domain: Domain): void {
    this.#domains.set(domain.id, domain);
    endpoint.domain = domain;
    this.#refresh(domain);
  }

  /** What follows from who is in the domain. */
  #refresh(domain: Domain): void {
    if (domain.isBypass) return;
    const members = this.#endpoints.attachedTo(domain);
    domain.regions = joinRegions(members.map(({ reserved }) => reserved));
    for (const member of members) {
      member.windows = domainWindows(member.reserved, domain.regions, this.#policy);
    }
  }
}

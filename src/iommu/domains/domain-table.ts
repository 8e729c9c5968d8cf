// Domains exist from the first ATTACH that names them until their last endpoint leaves (virtio 1.2, 5.13.6).

import { Domain, type DomainCounters, type DomainKey } from './domain.ts';
import type { Endpoint, EndpointTable } from './endpoint-table.ts';
import type { MappingStore } from '../store/mapping-store.ts';
import type { IdentityPolicy } from '../options.ts';

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
    const { domain } = endpoint;
    // A domain that the endpoint leaves empty makes room for the new one
    if (domain !== null && !domain.isBypass && domain.size === 1) this.detach(endpoint);
    if (known === undefined && !key.isBypass && this.#store.createDomain(key.id) === 'full') {
      return 'full';
    }
    this.detach(endpoint);
    this.#enter(endpoint, known ?? new Domain(key, this.#policy, this.#store));
    return 'attached';
  }

  /** Detaches the endpoint from its domain, if any; the domain vanishes with its last endpoint. */
  detach(endpoint: Endpoint): void {
    const { domain } = endpoint;
    if (domain === null) return;
    this.#unbind(endpoint);
    domain.leave(endpoint);
    if (domain.size === 0) this.#drop(domain);
  }

  /** Detaches every endpoint, so that no domain is left. */
  clear(): void {
    for (const endpoint of this.#endpoints.all()) this.#unbind(endpoint);
    for (const domain of this.all()) this.#drop(domain);
  }

  /**
   * Puts back an attachment of a saved machine; the store has its domains already. `counted`: what its domain counted
   * so far.
   */
  restoreAttachment(endpoint: Endpoint, key: DomainKey, counted: DomainCounters): void {
    const known = this.#domains.get(key.id);
    this.#enter(endpoint, known ?? new Domain(key, this.#policy, this.#store, counted));
  }

  #enter(endpoint: Endpoint, domain: Domain): void {
    this.#domains.set(domain.id, domain);
    endpoint.domain = domain;
    this.#store.bind(endpoint.number, domain.isBypass ? 'bypass' : domain.id);
    domain.enter(endpoint);
  }

  #unbind(endpoint: Endpoint): void {
    if (endpoint.domain === null) return;
    endpoint.domain = null;
    this.#store.bind(endpoint.number, 'unattached');
  }

  #drop(domain: Domain): void {
    this.#domains.delete(domain.id);
    if (!domain.isBypass) this.#store.destroyDomain(domain.id);
  }
}

// Domains exist from the first ATTACH that names them until their last endpoint leaves (virtio 1.2, 5.13.6).

import { assert } from '../base/assert.ts';
import type { Endpoint, EndpointTable } from './endpoint-table.ts';
import type { MappingStore } from './mapping-store.ts';

/** A bypass domain translates identically and has no mappings in the store. */
export interface Domain {
  readonly id: number;
  readonly isBypass: boolean;
}

/** Domains by ID. A domain that is not a bypass domain has its twin in the mapping store. */
export class DomainTable {
  readonly #domains = new Map<number, Domain>();
  readonly #endpoints: EndpointTable;
  readonly #store: MappingStore;

  constructor(endpoints: EndpointTable, store: MappingStore) {
    this.#endpoints = endpoints;
    this.#store = store;
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
  attach(endpoint: Endpoint, domain: Domain): 'attached' | 'full' {
    const known = this.#domains.get(domain.id);
    if (known === undefined && !domain.isBypass && this.#store.createDomain(domain.id) === 'full') {
      return 'full';
    }
    this.detach(endpoint);
    const target = known ?? domain;
    this.#domains.set(target.id, target);
    endpoint.domain = target;
    return 'attached';
  }

  /** Detaches the endpoint from its domain, if any; the domain vanishes with its last endpoint. */
  detach(endpoint: Endpoint): void {
    const { domain } = endpoint;
    endpoint.domain = null;
    if (domain === null || this.#endpoints.attachedTo(domain).length > 0) return;
    this.#domains.delete(domain.id);
    if (!domain.isBypass) this.#store.destroyDomain(domain.id);
  }

  /** Detaches every endpoint, so that no domain is left. */
  clear(): void {
    for (const endpoint of this.#endpoints.all()) this.detach(endpoint);
    assert(this.#domains.size === 0, 'every domain has an endpoint');
  }

  /** Puts back an attachment of a saved machine; the store has its domains already. */
  restoreAttachment(endpoint: Endpoint, domain: Domain): void {
    const target = this.#domains.get(domain.id) ?? domain;
    this.#domains.set(target.id, target);
    endpoint.domain = target;
  }
}

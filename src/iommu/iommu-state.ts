// The device at one moment, read out of its tables.

import type { Domain } from './domain.ts';
import type { DomainTable } from './domain-table.ts';
import type { Endpoint, EndpointTable } from './endpoint-table.ts';
import type { DomainState, EndpointMode, EndpointState, IommuState } from './iommu-event.ts';
import type { MappingStore } from './mapping-store.ts';
import type { Translator } from './translator.ts';

export interface StateSources {
  readonly sequence: number;
  readonly isBypass: boolean;
  readonly endpoints: EndpointTable;
  readonly domains: DomainTable;
  readonly store: MappingStore;
  readonly translator: Translator;
}

/** Copies everything; the result does not change with the device. */
export function readState(sources: StateSources): IommuState {
  const { sequence, isBypass, endpoints, domains, store, translator } = sources;
  const members = groupByDomain(endpoints.all());
  return {
    sequence,
    isBypass,
    endpoints: endpoints.all().map((endpoint) => readEndpoint(endpoint, translator)),
    domains: domains
      .all()
      .map((domain): DomainState => {
        const size = domain.isBypass ? { mappings: 0, bytes: 0n } : store.size(domain.id);
        const { id, isBypass, regions } = domain;
        return { id, isBypass, endpoints: members.get(domain) ?? [], ...size, reserved: regions };
      })
      .toSorted((one, other) => one.id - other.id),
  };
}

function readEndpoint(endpoint: Endpoint, translator: Translator): EndpointState {
  const attachedMode: EndpointMode = endpoint.domain === null ? 'blocked' : 'attached';
  return {
    id: endpoint.id,
    mode: translator.isBypass(endpoint) ? 'bypass' : attachedMode,
    domain: endpoint.domain?.id ?? null,
    ...endpoint.counters,
    reserved: endpoint.reserved,
  };
}

/** The IDs of the endpoints of every domain, in one pass: there may be thousands of both. */
function groupByDomain(endpoints: readonly Endpoint[]): ReadonlyMap<Domain, readonly number[]> {
  const members = new Map<Domain, number[]>();
  for (const { id, domain } of endpoints) {
    if (domain === null) continue;
    const known = members.get(domain);
    if (known === undefined) members.set(domain, [id]);
    else known.push(id);
  }
  return members;
}

// The device at one moment, read out of its tables.

import type { Domain } from '../domains/domain.ts';
import type { DomainTable } from '../domains/domain-table.ts';
import type { Endpoint, EndpointTable } from '../domains/endpoint-table.ts';
import type { DomainState, EndpointMode, EndpointState, IommuState } from './iommu-event.ts';
import type { MappingStore } from '../store/mapping-store.ts';

export interface StateSources {
  readonly sequence: number;
  readonly isBypass: boolean;
  readonly endpoints: EndpointTable;
  readonly domains: DomainTable;
  readonly store: MappingStore;
  /** Whether endpoints without a domain are in bypass mode. */
  readonly isUnattachedBypass: boolean;
}

/** Copies everything; the result does not change with the device. */
export function readState(sources: StateSources): IommuState {
  const { sequence, isBypass, endpoints, domains, store, isUnattachedBypass } = sources;
  const members = groupByDomain(endpoints.all());
  return {
    sequence,
    isBypass,
    endpoints: endpoints.all().map((endpoint) => readEndpoint(endpoint, isUnattachedBypass)),
    domains: domains
      .all()
      .map((domain): DomainState => {
        const size = domain.isBypass ? { mappings: 0, bytes: 0n } : store.size(domain.id);
        const { id, isBypass, counters, regions } = domain;
        const endpoints = members.get(domain) ?? [];
        return { id, isBypass, endpoints, ...size, ...counters, reserved: regions };
      })
      .toSorted((one, other) => one.id - other.id),
  };
}

function readEndpoint(endpoint: Endpoint, isUnattachedBypass: boolean): EndpointState {
  return {
    id: endpoint.id,
    mode: modeOf(endpoint, isUnattachedBypass),
    domain: endpoint.domain?.id ?? null,
    isMaster: endpoint.isMaster(),
    ...endpoint.counters,
    reserved: endpoint.reserved,
  };
}

function modeOf({ domain }: Endpoint, isUnattachedBypass: boolean): EndpointMode {
  if (domain === null) return isUnattachedBypass ? 'bypass' : 'blocked';
  return domain.isBypass ? 'bypass' : 'attached';
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

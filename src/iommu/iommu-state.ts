// The device at one moment, read out of its tables.

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
  return {
    sequence,
    isBypass,
    endpoints: endpoints.all().map((endpoint) => readEndpoint(endpoint, translator)),
    domains: domains
      .all()
      .map((domain): DomainState => {
        const size = domain.isBypass ? { mappings: 0, bytes: 0n } : store.size(domain.id);
        const ids = endpoints.attachedTo(domain).map(({ id }) => id);
        const { id, isBypass, regions } = domain;
        return { id, isBypass, endpoints: ids, ...size, reserved: regions };
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

// A virtio-iommu at rest: plain data for the machine's snapshot.

import type { DomainKey, DomainTable } from './domain-table.ts';
import type { DmaCounters, EndpointTable } from './endpoint-table.ts';
import type { MappingStore } from './mapping-store.ts';

export interface EndpointSnapshot {
  readonly id: number;
  readonly domain: DomainKey | null;
  readonly counters: Readonly<DmaCounters>;
}

/** Structured-cloneable. What the transport keeps (features, rings) is not in here. */
export interface IommuSnapshot {
  readonly sequence: number;
  readonly isBypass: boolean;
  readonly endpoints: readonly EndpointSnapshot[];
  readonly mappings: Uint8Array;
}

export function saveEndpoints(endpoints: EndpointTable): readonly EndpointSnapshot[] {
  return endpoints.all().map(({ id, domain, counters }) => ({
    id,
    domain: domain === null ? null : { id: domain.id, isBypass: domain.isBypass },
    counters: { ...counters },
  }));
}

/** Puts attachments, counters and mappings back; throws `Error` for a snapshot of a machine with other endpoints. */
export function restoreTables(
  snapshot: IommuSnapshot,
  endpoints: EndpointTable,
  domains: DomainTable,
  store: MappingStore,
): void {
  const ids = new Set(endpoints.all().map(({ id }) => id));
  const savedIds = snapshot.endpoints.map(({ id }) => id);
  if (savedIds.length !== ids.size || savedIds.some((id) => !ids.has(id))) {
    throw new Error(
      `the snapshot has endpoints ${savedIds.join()}, this machine ${[...ids].join()}`,
    );
  }
  domains.clear();
  store.restore(snapshot.mappings);
  for (const saved of snapshot.endpoints) {
    const endpoint = endpoints.get(saved.id);
    if (endpoint === undefined) continue;
    Object.assign(endpoint.counters, saved.counters);
    if (saved.domain !== null) domains.restoreAttachment(endpoint, saved.domain);
  }
}

// A virtio-iommu at rest: plain data for the machine's snapshot.

import { NO_ACCESSES, type DomainCounters, type DomainKey } from './domains/domain.ts';
import type { DomainTable } from './domains/domain-table.ts';
import type { EndpointTable } from './domains/endpoint-table.ts';
import type { DmaCounters, MappingStore } from './store/mapping-store.ts';
import { decodeStoreImage } from './store/store-image.ts';

export interface EndpointSnapshot {
  readonly id: number;
  readonly domain: DomainKey | null;
  readonly counters: DmaCounters;
}

/** Structured-cloneable. What the transport keeps (features, rings) is not in here. */
export interface IommuSnapshot {
  readonly sequence: number;
  readonly isBypass: boolean;
  readonly endpoints: readonly EndpointSnapshot[];
  /** What was counted in each domain. */
  readonly domains: readonly (DomainCounters & { readonly id: number })[];
  readonly mappings: Uint8Array;
}

export function saveEndpoints(endpoints: EndpointTable): readonly EndpointSnapshot[] {
  return endpoints.all().map(({ id, domain, counters }) => ({
    id,
    domain: domain === null ? null : { id: domain.id, isBypass: domain.isBypass },
    counters,
  }));
}

export function saveDomains(domains: DomainTable): IommuSnapshot['domains'] {
  return domains.all().map(({ id, counters }) => ({ id, ...counters }));
}

/**
 * Puts attachments, counters and mappings back. Throws `Error`, with nothing changed, for a snapshot of a machine with
 * other endpoints, or one whose parts contradict each other.
 */
export function restoreTables(
  snapshot: IommuSnapshot,
  endpoints: EndpointTable,
  domains: DomainTable,
  store: MappingStore,
): void {
  checkEndpoints(snapshot, endpoints);
  checkDomains(snapshot);
  domains.clear();
  store.restore(snapshot.mappings);
  const counted = new Map(snapshot.domains.map(({ id, ...counters }) => [id, counters]));
  for (const saved of snapshot.endpoints) {
    const endpoint = endpoints.get(saved.id);
    if (endpoint === undefined) continue;
    endpoint.counters = saved.counters;
    if (saved.domain === null) continue;
    domains.restoreAttachment(endpoint, saved.domain, counted.get(saved.domain.id) ?? NO_ACCESSES);
  }
}

function checkEndpoints(snapshot: IommuSnapshot, endpoints: EndpointTable): void {
  const ids = endpoints.all().map(({ id }) => id);
  const savedIds = snapshot.endpoints.map(({ id }) => id);
  const isSame = new Set(savedIds).size === ids.length && savedIds.length === ids.length;
  if (!isSame || savedIds.some((id) => endpoints.get(id) === undefined)) {
    throw new Error(`the snapshot has endpoints ${savedIds.join()}, this machine ${ids.join()}`);
  }
}

/** A domain exists while an endpoint is in it, is of one kind, and has mappings unless it is a bypass domain. */
function checkDomains(snapshot: IommuSnapshot): void {
  const kinds = new Map<number, boolean>();
  for (const { domain } of snapshot.endpoints) {
    if (domain === null) continue;
    const known = kinds.get(domain.id) ?? domain.isBypass;
    if (known !== domain.isBypass) {
      throw new Error(`the snapshot has domain ${domain.id} as a bypass domain and as another`);
    }
    kinds.set(domain.id, known);
  }
  const attached = [...kinds].flatMap(([id, isBypass]) => (isBypass ? [] : [id]));
  const mapped = new Set(decodeStoreImage(snapshot.mappings).map(({ domain }) => domain));
  if (mapped.size !== attached.length || attached.some((id) => !mapped.has(id))) {
    throw new Error(
      `the snapshot has endpoints in domains ${attached.join()}, and mappings of domains ${[...mapped].join()}`,
    );
  }
}

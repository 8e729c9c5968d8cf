// What stood in the devices when a request reached them: the condition of most known differences.

import { VIRTIO_IOMMU_F_MAP_UNMAP } from '../../src/iommu/protocol/protocol.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import { attachRequest, mapRequest } from '../rigs/iommu-requests.ts';
import type { RequestOperation } from './operation.ts';
import { ENDPOINTS } from './setup.ts';

export interface DomainBefore {
  readonly isBypass: boolean;
  readonly endpoints: readonly number[];
  /** By ascending IOVA; none in a bypass domain. */
  readonly mappings: readonly Mapping[];
}

export interface StateBefore {
  /** The negotiated feature bits. */
  readonly features: bigint;
  /** The configuration field `bypass`. */
  readonly isBypass: boolean;
  readonly domains: ReadonlyMap<number, DomainBefore>;
  /** Endpoints that an ATTACH has named since the last reset, whatever became of it. */
  readonly named: ReadonlySet<number>;
}

export function doesEndpointExist(id: number): boolean {
  return ENDPOINTS.some((endpoint) => endpoint === id);
}

/** ID of the domain an endpoint is attached to. */
export function domainOf(state: StateBefore, endpoint: number): number | undefined {
  for (const [id, { endpoints }] of state.domains) {
    if (endpoints.includes(endpoint)) return id;
  }
  return undefined;
}

export function hasFeature(state: StateBefore, feature: bigint): boolean {
  return (state.features & feature) !== 0n;
}

const TAIL = [4] as const;

/** Requests that bring a device that was reset to the same attachments and mappings. */
export function rebuildingRequests(state: StateBefore): readonly RequestOperation[] {
  const request = (readable: Uint8Array): RequestOperation => ({
    kind: 'request',
    chain: { readable: [readable], writable: TAIL },
  });
  const canMap = hasFeature(state, VIRTIO_IOMMU_F_MAP_UNMAP);
  return [...state.domains].flatMap(([id, { isBypass, endpoints, mappings }]) => [
    ...endpoints.map((endpoint) => request(attachRequest(id, endpoint, isBypass ? 1 : 0))),
    ...(canMap ? mappings.map((mapping) => request(mapRequest(id, mapping))) : []),
  ]);
}

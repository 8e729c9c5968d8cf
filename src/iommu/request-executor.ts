// What each request does (virtio 1.2, 5.13.6.3 to .8): every check first, then one change, or none at all.
//
// Order of the checks, which the specification leaves open: feature, flags and reserved bytes, endpoint, domain,
// range and alignment, reserved regions and existing mappings, compatibility, memory.

import { isBelow } from '../base/words.ts';
import { isCompatible, isMappable } from './domains/compatibility.ts';
import type { DomainTable } from './domains/domain-table.ts';
import type { EndpointTable } from './domains/endpoint-table.ts';
import { NO_OUTCOME, type RequestOutcome } from './events/answered-request.ts';
import { makeMapRangeCheck } from './map-range.ts';
import type { Negotiated } from './negotiated.ts';
import type { IommuOptions } from './options.ts';
import type { DialectRules } from './protocol/dialect.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from './protocol/protocol.ts';
import type { MapRequest, Request, UnmapRequest } from './protocol/request.ts';
import type { InsertOutcome, MappingStore } from './store/mapping-store.ts';

type RequestOf<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>;

/** The tables a request works on. */
export interface IommuTables {
  readonly options: IommuOptions;
  readonly rules: DialectRules;
  readonly endpoints: EndpointTable;
  readonly domains: DomainTable;
  readonly store: MappingStore;
}

/** Executes decoded requests against the tables. */
export class RequestExecutor {
  readonly #options: IommuOptions;
  readonly #rules: DialectRules;
  readonly #mapStatus: Readonly<Record<InsertOutcome, number>>;
  readonly #endpoints: EndpointTable;
  readonly #domains: DomainTable;
  readonly #store: MappingStore;
  readonly #isMapRange: (request: MapRequest) => boolean;
  readonly #outcome: { -readonly [Key in keyof RequestOutcome]: RequestOutcome[Key] } = {
    ...NO_OUTCOME,
  };

  constructor({ options, rules, endpoints, domains, store }: IommuTables) {
    this.#options = options;
    this.#rules = rules;
    // virtio 1.2, 5.13.6.5.2: overlap with an existing mapping: INVAL
    this.#mapStatus = {
      inserted: VIRTIO_IOMMU_S_OK,
      overlap: VIRTIO_IOMMU_S_INVAL,
      full: rules.outOfMemory,
    };
    this.#endpoints = endpoints;
    this.#domains = domains;
    this.#store = store;
    this.#isMapRange = makeMapRangeCheck(options, rules);
  }

  /**
   * Carries a request out, or refuses it, and tells what became of it, which is good until the next call. `hasProbeRoom`:
   * the reply has room for probe_size bytes of properties.
   */
  execute(request: Request, negotiated: Negotiated, hasProbeRoom: boolean): RequestOutcome {
    this.#outcome.removed = 0;
    this.#outcome.leftDomain = null;
    this.#outcome.status = this.#statusOf(request, negotiated, hasProbeRoom);
    return this.#outcome;
  }

  #statusOf(request: Request, negotiated: Negotiated, hasProbeRoom: boolean): number {
    switch (request.kind) {
      case 'attach':
        return this.#attach(request, negotiated);
      case 'detach':
        return this.#detach(request.endpoint, request.domain);
      case 'detach-endpoint':
        return this.#detachEndpoint(request);
      case 'map':
        return this.#map(request, negotiated);
      case 'unmap':
        return this.#unmap(request, negotiated);
      case 'probe':
        return this.#probe(request.endpoint, hasProbeRoom);
    }
  }

  #attach(request: RequestOf<'attach'>, { attachFlags }: Negotiated): number {
    // virtio 1.2, 5.13.6.3.2: reserved bytes and unknown flags MUST be rejected with INVAL
    if (!request.isReservedZero || (request.flags & ~attachFlags) !== 0)
      return VIRTIO_IOMMU_S_INVAL;
    // 5.13.6.3.2: an endpoint that does not exist MUST be rejected with NOENT
    const endpoint = this.#endpoints.get(request.endpoint);
    if (endpoint === undefined) return VIRTIO_IOMMU_S_NOENT;
    if (!this.#isDomainInRange(request.domain)) return VIRTIO_IOMMU_S_RANGE;
    const isBypass = (request.flags & VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0;
    const domain = this.#domains.get(request.domain);
    // 5.13.6.3.2: F_BYPASS that disagrees with the existing domain SHOULD be rejected with INVAL
    if (domain !== undefined && domain.isBypass !== isBypass) return VIRTIO_IOMMU_S_INVAL;
    // Left open: attaching again to the same domain keeps its mappings
    if (domain !== undefined && endpoint.domain === domain) return VIRTIO_IOMMU_S_OK;
    // 5.13.6.3.2: incompatible with what is in the domain: UNSUPP
    if (domain !== undefined && !isCompatible(endpoint, domain, this.#store)) {
      return VIRTIO_IOMMU_S_UNSUPP;
    }
    const outcome = this.#domains.attach(endpoint, domain ?? { id: request.domain, isBypass });
    return outcome === 'attached' ? VIRTIO_IOMMU_S_OK : this.#rules.outOfMemory;
  }

  #detach(endpointId: number, domainId: number | null): number {
    // virtio 1.2, 5.13.6.4.2: an endpoint that does not exist MUST be rejected with NOENT
    const endpoint = this.#endpoints.get(endpointId);
    if (endpoint === undefined) return VIRTIO_IOMMU_S_NOENT;
    // 5.13.6.4.2: MAY reject with INVAL what is not attached to that domain
    if (endpoint.domain === null || endpoint.domain.id !== domainId) return VIRTIO_IOMMU_S_INVAL;
    this.#domains.detach(endpoint);
    return VIRTIO_IOMMU_S_OK;
  }

  #detachEndpoint(request: RequestOf<'detach-endpoint'>): number {
    const domain = this.#endpoints.get(request.endpoint)?.domain?.id ?? null;
    this.#outcome.leftDomain = domain;
    return request.isReservedZero ? this.#detach(request.endpoint, domain) : VIRTIO_IOMMU_S_INVAL;
  }

  #map(request: MapRequest, { hasMapUnmap, mapFlags }: Negotiated): number {
    if (!hasMapUnmap) return VIRTIO_IOMMU_S_UNSUPP;
    // virtio 1.2, 5.13.6.5.2: unknown flags MUST be rejected with INVAL
    if ((request.flags & ~mapFlags) !== 0) return VIRTIO_IOMMU_S_INVAL;
    const domain = this.#domains.get(request.domain);
    if (domain === undefined) return VIRTIO_IOMMU_S_NOENT;
    if (domain.isBypass) return VIRTIO_IOMMU_S_INVAL;
    if (!this.#isMapRange(request)) return VIRTIO_IOMMU_S_RANGE;
    // 5.13.6.8.2: a MAP that overlaps a reserved region of any endpoint in the domain SHOULD be rejected
    if (!isMappable(request, domain)) return VIRTIO_IOMMU_S_INVAL;
    return this.#mapStatus[this.#store.insertWords(domain.id, request)];
  }

  #unmap(request: UnmapRequest, { hasMapUnmap }: Negotiated): number {
    if (!hasMapUnmap) return VIRTIO_IOMMU_S_UNSUPP;
    // virtio 1.2, 5.13.6.6.2: MAY reject reserved bytes with INVAL; then nothing is removed
    if (!request.isReservedZero) return VIRTIO_IOMMU_S_INVAL;
    const domain = this.#domains.get(request.domain);
    if (domain === undefined) return VIRTIO_IOMMU_S_NOENT;
    if (domain.isBypass) return VIRTIO_IOMMU_S_INVAL;
    // No alignment or input_range rule for UNMAP: ends may lie anywhere outside mappings
    const { startHigh, startLow, endHigh, endLow, isEmpty } = request;
    if (isEmpty || isBelow(endHigh, endLow, startHigh, startLow)) return VIRTIO_IOMMU_S_RANGE;
    const removed = this.#store.removeWords(domain.id, request);
    // 5.13.6.6.2: with a mapping that is only partly covered nothing is removed
    if (removed === 'would-split') return this.#rules.unmapSplit;
    this.#outcome.removed = removed;
    return VIRTIO_IOMMU_S_OK;
  }

  #probe(endpoint: number, hasProbeRoom: boolean): number {
    // virtio 1.2, 5.13.6.7.2: properties smaller than probe_size: INVAL and no property
    if (!hasProbeRoom) return VIRTIO_IOMMU_S_INVAL;
    return this.#endpoints.get(endpoint) === undefined ? VIRTIO_IOMMU_S_NOENT : VIRTIO_IOMMU_S_OK;
  }

  // virtio 1.2, 5.13.6: domain_range binds when the feature is offered
  #isDomainInRange(domain: number): boolean {
    const { features, domainRange } = this.#options;
    if ((features & VIRTIO_IOMMU_F_DOMAIN_RANGE) === 0n) return true;
    return domain >= domainRange.start && domain <= domainRange.end;
  }
}

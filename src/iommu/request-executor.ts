// What each request does (virtio 1.2, 5.13.6.3 to .8): every check first, then one change, or none at all.
//
// Order of the checks, which the specification leaves open: feature, flags and reserved bytes, endpoint, domain,
// range and alignment, reserved regions and existing mappings, compatibility, memory.

import { MAX_ADDRESS, toGpa, toIova } from '../memory/address.ts';
import type { Request } from './protocol/codec.ts';
import { isCompatible, isMappable } from './domains/compatibility.ts';
import type { DialectRules } from './protocol/dialect.ts';
import type { DomainTable } from './domains/domain-table.ts';
import type { EndpointTable } from './domains/endpoint-table.ts';
import type { NumberedRequest } from './events/iommu-event.ts';
import type { InsertOutcome, MappingStore } from './store/mapping-store.ts';
import type { IommuOptions } from './options.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from './protocol/protocol.ts';

type RequestOf<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>;

/** The tables a request works on. */
export interface IommuTables {
  readonly options: IommuOptions;
  readonly rules: DialectRules;
  readonly endpoints: EndpointTable;
  readonly domains: DomainTable;
  readonly store: MappingStore;
}

/** What a request's outcome depends on, beside the tables. */
interface RequestCircumstances {
  /** The negotiated feature bits. */
  readonly features: bigint;
  /** Whether the reply has room for probe_size bytes of properties. */
  readonly hasProbeRoom: boolean;
  /** The number of the event that the request becomes. */
  readonly sequence: number;
}

interface Refusal {
  readonly status: number;
}

/** Executes decoded requests against the tables. */
export class RequestExecutor {
  readonly #options: IommuOptions;
  readonly #rules: DialectRules;
  readonly #mapStatus: Readonly<Record<InsertOutcome, number>>;
  readonly #endpoints: EndpointTable;
  readonly #domains: DomainTable;
  readonly #store: MappingStore;
  readonly #granuleMask: bigint;

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
    // virtio 1.2, 5.13.4.2: the lowest bit of page_size_mask is the page granularity
    this.#granuleMask = (options.pageSizeMask & -options.pageSizeMask) - 1n;
  }

  /** Carries a request out, or refuses it, and tells what became of it. */
  execute(
    request: Request,
    { features, hasProbeRoom, sequence }: RequestCircumstances,
  ): NumberedRequest {
    switch (request.kind) {
      case 'attach': {
        const { endpoint, domain, flags } = request;
        const status = this.#attach(request, features);
        return { kind: 'attached', endpoint, domain, flags, status, sequence };
      }
      case 'detach': {
        const { endpoint, domain } = request;
        const status = this.#detach(endpoint, domain);
        return { kind: 'detached', endpoint, domain, status, sequence };
      }
      case 'detach-endpoint': {
        const { endpoint } = request;
        const domain = this.#endpoints.get(endpoint)?.domain?.id ?? null;
        const status = request.isReservedZero
          ? this.#detach(endpoint, domain)
          : VIRTIO_IOMMU_S_INVAL;
        return { kind: 'detached', endpoint, domain, status, sequence };
      }
      case 'map': {
        const { domain, virtStart, virtEnd, physStart, flags } = request;
        const status = this.#map(request, features);
        return { kind: 'mapped', domain, virtStart, virtEnd, physStart, flags, status, sequence };
      }
      case 'unmap': {
        const { domain, virtStart, virtEnd } = request;
        const outcome = this.#unmap(request, features);
        const status = typeof outcome === 'number' ? VIRTIO_IOMMU_S_OK : outcome.status;
        const removed = typeof outcome === 'number' ? outcome : 0;
        return { kind: 'unmapped', domain, virtStart, virtEnd, removed, status, sequence };
      }
      case 'probe': {
        const { endpoint } = request;
        const status = this.#probe(endpoint, hasProbeRoom);
        return { kind: 'probed', endpoint, status, sequence };
      }
    }
  }

  #attach(request: RequestOf<'attach'>, features: bigint): number {
    // virtio 1.2, 5.13.6.3.2: reserved bytes and unknown flags MUST be rejected with INVAL; BYPASS is known only
    // with BYPASS_CONFIG
    const known = has(features, VIRTIO_IOMMU_F_BYPASS_CONFIG) ? VIRTIO_IOMMU_ATTACH_F_BYPASS : 0;
    if (!request.isReservedZero || (request.flags & ~known) !== 0) return VIRTIO_IOMMU_S_INVAL;
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

  #map(request: RequestOf<'map'>, features: bigint): number {
    if (!has(features, VIRTIO_IOMMU_F_MAP_UNMAP)) return VIRTIO_IOMMU_S_UNSUPP;
    // virtio 1.2, 5.13.6.5.2: unknown flags MUST be rejected with INVAL
    const mmio = this.#rules.hasMmioFlag(features) ? VIRTIO_IOMMU_MAP_F_MMIO : 0;
    const known = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE | mmio;
    if ((request.flags & ~known) !== 0) return VIRTIO_IOMMU_S_INVAL;
    const domain = this.#domains.get(request.domain);
    if (domain === undefined) return VIRTIO_IOMMU_S_NOENT;
    if (domain.isBypass) return VIRTIO_IOMMU_S_INVAL;
    if (request.isEmpty === true || !this.#isInRange(request)) return VIRTIO_IOMMU_S_RANGE;
    const mapping = {
      virtStart: toIova(request.virtStart),
      virtEnd: toIova(request.virtEnd),
      physStart: toGpa(request.physStart),
      flags: request.flags,
    };
    // 5.13.6.8.2: a MAP that overlaps a reserved region of any endpoint in the domain SHOULD be rejected
    if (!isMappable(mapping, domain.regions)) return VIRTIO_IOMMU_S_INVAL;
    return this.#mapStatus[this.#store.insert(domain.id, mapping)];
  }

  /** The number of mappings that were removed, unless the request is refused. */
  #unmap(request: RequestOf<'unmap'>, features: bigint): number | Refusal {
    if (!has(features, VIRTIO_IOMMU_F_MAP_UNMAP)) return { status: VIRTIO_IOMMU_S_UNSUPP };
    // virtio 1.2, 5.13.6.6.2: MAY reject reserved bytes with INVAL; then nothing is removed
    if (!request.isReservedZero) return { status: VIRTIO_IOMMU_S_INVAL };
    const domain = this.#domains.get(request.domain);
    if (domain === undefined) return { status: VIRTIO_IOMMU_S_NOENT };
    if (domain.isBypass) return { status: VIRTIO_IOMMU_S_INVAL };
    // No alignment or input_range rule for UNMAP: ends may lie anywhere outside mappings
    const isRange = request.isEmpty !== true && request.virtStart <= request.virtEnd;
    if (!isRange) return { status: VIRTIO_IOMMU_S_RANGE };
    const range = { start: toIova(request.virtStart), end: toIova(request.virtEnd) };
    const outcome = this.#store.remove(domain.id, range);
    // 5.13.6.6.2: with a mapping that is only partly covered nothing is removed
    if (outcome === 'would-split') return { status: this.#rules.unmapSplit };
    return outcome;
  }

  #probe(endpoint: number, hasProbeRoom: boolean): number {
    // virtio 1.2, 5.13.6.7.2: properties smaller than probe_size: INVAL and no property
    if (!hasProbeRoom) return VIRTIO_IOMMU_S_INVAL;
    return this.#endpoints.get(endpoint) === undefined ? VIRTIO_IOMMU_S_NOENT : VIRTIO_IOMMU_S_OK;
  }

  // virtio 1.2, 5.13.6: domain_range binds when the feature is offered
  #isDomainInRange(domain: number): boolean {
    const { features, domainRange } = this.#options;
    if (!has(features, VIRTIO_IOMMU_F_DOMAIN_RANGE)) return true;
    return domain >= domainRange.start && domain <= domainRange.end;
  }

  // virtio 1.2, 5.13.6.5: start below end, all aligned (an end of 2^64-1 too), inside input_range when that is
  // offered, and the guest-physical range may not wrap
  #isInRange({ virtStart, virtEnd, physStart }: RequestOf<'map'>): boolean {
    const { features, inputRange } = this.#options;
    const isInInputRange =
      !has(features, VIRTIO_IOMMU_F_INPUT_RANGE) ||
      (virtStart >= inputRange.start && virtEnd <= inputRange.end);
    return (
      (virtStart < virtEnd || (virtStart === virtEnd && this.#rules.mapsSingleBytes)) &&
      ((virtStart | physStart | (virtEnd + 1n)) & this.#granuleMask) === 0n &&
      isInInputRange &&
      physStart + (virtEnd - virtStart) <= MAX_ADDRESS
    );
  }
}

function has(features: bigint, bit: bigint): boolean {
  return (features & bit) !== 0n;
}

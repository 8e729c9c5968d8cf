// Everything the model knows: plain data, and questions answered by looking through all of it.

import { VIRTIO_IOMMU_F_BYPASS, VIRTIO_IOMMU_F_BYPASS_CONFIG } from './naive-numbers.ts';
import type { NaiveRange, NaiveRegion } from './naive-regions.ts';

/** What a device is built with. */
export interface NaiveConfig {
  readonly pageSizeMask: bigint;
  readonly inputRange: NaiveRange;
  readonly domainRange: { readonly start: number; readonly end: number };
  /** Feature bits the device offers. */
  readonly offered: bigint;
  readonly probeSize: number;
  readonly bootBypass: boolean;
  readonly identityPolicy: 'allow' | 'reject' | 'per-endpoint';
  readonly maxDomains: number;
  readonly maxMappings: number;
}

export interface NaiveMapping extends NaiveRange {
  readonly phys: bigint;
  readonly flags: number;
}

export interface NaiveCounters {
  translated: number;
  bypassed: number;
  blocked: number;
  translatedBytes: number;
  bypassedBytes: number;
  blockedBytes: number;
}

export interface NaiveEndpoint {
  readonly id: number;
  /** As it was added, overlaps and all. */
  readonly regions: readonly NaiveRegion[];
  readonly counters: NaiveCounters;
  /** ID of the domain it is attached to. */
  domain: number | null;
}

export interface NaiveDomain {
  readonly id: number;
  readonly isBypass: boolean;
  /** Sorted by start. */
  mappings: NaiveMapping[];
}

export interface NaiveState {
  readonly config: NaiveConfig;
  readonly endpoints: NaiveEndpoint[];
  domains: NaiveDomain[];
  /** The configuration field `bypass`. */
  isBypass: boolean;
  /** The negotiated features; null while no driver runs. */
  features: bigint | null;
}

/** Whether the driver accepted a feature. */
export function hasAccepted(state: NaiveState, feature: bigint): boolean {
  return ((state.features ?? 0n) & feature) !== 0n;
}

export function hasOffered({ config }: NaiveState, feature: bigint): boolean {
  return (config.offered & feature) !== 0n;
}

export function endpointOf(state: NaiveState, id: number): NaiveEndpoint | undefined {
  return state.endpoints.find((endpoint) => endpoint.id === id);
}

export function domainOf(state: NaiveState, id: number | null): NaiveDomain | undefined {
  return state.domains.find((domain) => domain.id === id);
}

export function membersOf(state: NaiveState, domain: number): readonly NaiveEndpoint[] {
  return state.endpoints.filter((endpoint) => endpoint.domain === domain);
}

/** The regions of everybody in a domain; a bypass domain has none. */
export function regionsOf(state: NaiveState, domain: NaiveDomain): readonly NaiveRegion[] {
  if (domain.isBypass) return [];
  return membersOf(state, domain.id).flatMap(({ regions }) => regions);
}

export function mappingAt(
  domain: NaiveDomain | undefined,
  address: bigint,
): NaiveMapping | undefined {
  return domain?.mappings.find(({ start, end }) => start <= address && address <= end);
}

/** The lowest bit of page_size_mask (virtio 1.2, 5.13.4). */
export function granuleOf({ pageSizeMask }: NaiveConfig): bigint {
  let granule = 1n;
  while ((pageSizeMask & granule) === 0n) granule *= 2n;
  return granule;
}

/** virtio 1.2, 5.13.6: whether the endpoint is in bypass mode. */
export function isInBypassMode(state: NaiveState, endpoint: NaiveEndpoint): boolean {
  const domain = domainOf(state, endpoint.domain);
  if (domain !== undefined) return domain.isBypass;
  if (hasOffered(state, VIRTIO_IOMMU_F_BYPASS_CONFIG)) return state.isBypass;
  return hasAccepted(state, VIRTIO_IOMMU_F_BYPASS);
}

/** Takes the endpoint out of its domain, which vanishes with its last one. */
export function leaveDomain(state: NaiveState, endpoint: NaiveEndpoint): void {
  endpoint.domain = null;
  state.domains = state.domains.filter(({ id }) => membersOf(state, id).length > 0);
}

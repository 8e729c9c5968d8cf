// Conditions of known differences in what requests do.

import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
  VIRTIO_IOMMU_T_PROBE,
} from '../../src/iommu/protocol/protocol.ts';
import { X86_MSI_REGION } from '../../src/iommu/regions/reserved-regions.ts';
import { MAX_ADDRESS } from '../../src/memory/address.ts';
import {
  isAlias,
  isAligned,
  isKindMismatch,
  isSoleMember,
  laxAttachStatus,
  laxMapStatus,
  laxUnmapStatus,
  touchedMappings,
  type Condition,
  type Exchange,
  type RequestOf,
} from './observation.ts';
import { doesEndpointExist, domainOf, hasFeature } from './state-before.ts';
import type { WireRequest } from './wire-request.ts';

/** Requests of one kind that were long enough for it. */
function on<Kind extends WireRequest['kind']>(
  kind: Kind,
  holds: (request: RequestOf<Kind>, exchange: Exchange) => boolean,
): Condition {
  const isOfKind = (request: WireRequest): request is RequestOf<Kind> => request.kind === kind;
  return (_seen, exchange) => {
    return (
      exchange !== undefined && isOfKind(exchange.request) && holds(exchange.request, exchange)
    );
  };
}

export const probesUnasked: Condition = (_seen, exchange) => {
  if (exchange === undefined || hasFeature(exchange.before, VIRTIO_IOMMU_F_PROBE)) return false;
  const { request, ours, theirs } = exchange;
  if (ours !== 'unwritten') return false;
  if (request.kind === 'short') {
    return request.type === VIRTIO_IOMMU_T_PROBE && theirs === VIRTIO_IOMMU_S_INVAL;
  }
  if (request.kind !== 'probe') return false;
  const exists = doesEndpointExist(request.endpoint & 0xffff);
  return theirs === (exists ? VIRTIO_IOMMU_S_OK : VIRTIO_IOMMU_S_NOENT);
};

export const probesAlias = on('probe', ({ endpoint }, { ours, theirs }) => {
  return isAlias(endpoint) && ours === VIRTIO_IOMMU_S_NOENT && theirs === VIRTIO_IOMMU_S_OK;
});

function hasKnownFlags({ flags }: RequestOf<'attach'>): boolean {
  return (flags & ~VIRTIO_IOMMU_ATTACH_F_BYPASS) === 0;
}

/**
 * Ours has rejected with INVAL what QEMU did not look at. Rejected by both, and not attached before, means that
 * nothing happened.
 */
function isLaxlyAttached(request: RequestOf<'attach'>, exchange: Exchange): boolean {
  const { ours, theirs, before } = exchange;
  const wasAttached = domainOf(before, request.endpoint) !== undefined;
  const isFelt = theirs !== VIRTIO_IOMMU_S_INVAL || wasAttached;
  return ours === VIRTIO_IOMMU_S_INVAL && theirs === laxAttachStatus(request, before) && isFelt;
}

export const attachesDespiteReserved = on('attach', (request, exchange) => {
  return request.reserved !== 0 && hasKnownFlags(request) && isLaxlyAttached(request, exchange);
});

export const attachesBypassUnasked = on('attach', (request, exchange) => {
  const isNegotiated = hasFeature(exchange.before, VIRTIO_IOMMU_F_BYPASS_CONFIG);
  const isBypass = request.flags === VIRTIO_IOMMU_ATTACH_F_BYPASS;
  return isBypass && !isNegotiated && isLaxlyAttached(request, exchange);
});

export const attachesAlias = on('attach', (request, { ours, theirs, before }) => {
  const isLax = theirs === laxAttachStatus(request, before);
  return isAlias(request.endpoint) && ours === VIRTIO_IOMMU_S_NOENT && isLax;
});

export const recreatesDomain = on('attach', (request, { ours, theirs, before }) => {
  const isMismatch = isKindMismatch(request, before) && isSoleMember(request, before);
  return isMismatch && ours === VIRTIO_IOMMU_S_INVAL && theirs === VIRTIO_IOMMU_S_OK;
});

export const detachesBeforeMismatch = on('attach', (request, { ours, theirs, before }) => {
  const wasAttached = domainOf(before, request.endpoint) !== undefined;
  const isMismatch = isKindMismatch(request, before) && !isSoleMember(request, before);
  const isAlike = ours === VIRTIO_IOMMU_S_INVAL && theirs === VIRTIO_IOMMU_S_INVAL;
  return wasAttached && isMismatch && isAlike && hasKnownFlags(request);
});

export const dropsMappings = on('attach', (request, { ours, theirs, before }) => {
  const mappings = before.domains.get(request.domain)?.mappings.length ?? 0;
  const isAlike = ours === VIRTIO_IOMMU_S_OK && theirs === VIRTIO_IOMMU_S_OK;
  return isAlike && mappings > 0 && isSoleMember(request, before);
});

export const detachesStranger = on('detach', ({ endpoint }, { ours, theirs, before }) => {
  const isStranger = doesEndpointExist(endpoint) && !before.named.has(endpoint);
  return isStranger && ours === VIRTIO_IOMMU_S_INVAL && theirs === VIRTIO_IOMMU_S_NOENT;
});

/** Ours has refused for want of MAP_UNMAP. */
function isUnasked({ ours, before }: Exchange): boolean {
  return ours === VIRTIO_IOMMU_S_UNSUPP && !hasFeature(before, VIRTIO_IOMMU_F_MAP_UNMAP);
}

export const mapsUnasked = on('map', (request, exchange) => {
  return isUnasked(exchange) && exchange.theirs === laxMapStatus(request, exchange.before);
});

export const unmapsUnasked = on('unmap', (request, exchange) => {
  return isUnasked(exchange) && exchange.theirs === laxUnmapStatus(request, exchange.before);
});

export const mapsMmioUnasked = on('map', (request, { ours, theirs, before }) => {
  const isMmio = (request.flags & VIRTIO_IOMMU_MAP_F_MMIO) !== 0;
  const isUnknownFlag = isMmio && !hasFeature(before, VIRTIO_IOMMU_F_MMIO);
  const isLax = theirs === laxMapStatus(request, before) && theirs !== VIRTIO_IOMMU_S_INVAL;
  return isUnknownFlag && ours === VIRTIO_IOMMU_S_INVAL && isLax;
});

function isOrdered({ virtStart, virtEnd }: RequestOf<'map' | 'unmap'>): boolean {
  return virtStart <= virtEnd;
}

function doesWrap({ virtStart, virtEnd, physStart }: RequestOf<'map'>): boolean {
  return physStart + (virtEnd - virtStart) > MAX_ADDRESS;
}

function isMappable(request: RequestOf<'map'>): boolean {
  return isAligned(request) && isOrdered(request) && !doesWrap(request);
}

// QEMU maps what ours has rejected with RANGE, and nothing is mapped there yet.
function isMappedAnyway(request: RequestOf<'map'>, { ours, theirs, before }: Exchange): boolean {
  const isLax = theirs === VIRTIO_IOMMU_S_OK && theirs === laxMapStatus(request, before);
  return ours === VIRTIO_IOMMU_S_RANGE && isLax;
}

export const findsOverlapFirst = on('map', (request, { ours, theirs, before }) => {
  const { covered, cut } = touchedMappings(request, before);
  const isBoth = covered + cut > 0 && !isMappable(request);
  return isBoth && ours === VIRTIO_IOMMU_S_RANGE && theirs === VIRTIO_IOMMU_S_INVAL;
});

export const mapsUnaligned = on('map', (request, exchange) => {
  return !isAligned(request) && isMappedAnyway(request, exchange);
});

export const mapsBackwards = on('map', (request, exchange) => {
  return isAligned(request) && !isOrdered(request) && isMappedAnyway(request, exchange);
});

export const mapsBeyondMemory = on('map', (request, exchange) => {
  const isWrapping = isAligned(request) && isOrdered(request) && doesWrap(request);
  return isWrapping && isMappedAnyway(request, exchange);
});

export const mapsReservedRegion = on('map', (request, { ours, theirs, before }) => {
  const { start, end } = X86_MSI_REGION;
  const isReserved = request.virtStart <= end && request.virtEnd >= start;
  const isLax = theirs === VIRTIO_IOMMU_S_OK && theirs === laxMapStatus(request, before);
  return isReserved && isMappable(request) && ours === VIRTIO_IOMMU_S_INVAL && isLax;
});

export const unmapsDespiteReserved = on('unmap', (request, { ours, theirs, before }) => {
  const isLax = theirs === laxUnmapStatus(request, before) && theirs !== VIRTIO_IOMMU_S_INVAL;
  return request.reserved !== 0 && ours === VIRTIO_IOMMU_S_INVAL && isLax;
});

export const unmapsBackwards = on('unmap', (request, { ours, theirs, before }) => {
  const isLax = theirs === VIRTIO_IOMMU_S_OK && theirs === laxUnmapStatus(request, before);
  return !isOrdered(request) && ours === VIRTIO_IOMMU_S_RANGE && isLax;
});

export const unmapsBeforeRange = on('unmap', (request, { ours, theirs, before }) => {
  const { covered, cut } = touchedMappings(request, before);
  const isAlike = ours === VIRTIO_IOMMU_S_RANGE && theirs === VIRTIO_IOMMU_S_RANGE;
  return isAlike && covered > 0 && cut > 0;
});

// Where one DMA access goes (virtio 1.2, 5.13.6, and the rules of identity regions): decided address by address. Since
// nothing changes but where some region or mapping begins or ends, one address of each such stretch is asked.

import {
  LAST_ADDRESS,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_MMIO,
} from './naive-numbers.ts';
import type { NaiveFault } from './naive-properties.ts';
import { cutsWithin, nextCut, sayingAt } from './naive-regions.ts';
import {
  domainOf,
  isInBypassMode,
  mappingAt,
  regionsOf,
  type NaiveDomain,
  type NaiveEndpoint,
  type NaiveMapping,
  type NaiveState,
} from './naive-state.ts';

/** Guest-physical bytes; those of an MMIO mapping must stay apart from all others. */
export interface NaivePiece {
  readonly address: bigint;
  readonly length: number;
  readonly isMmio: boolean;
}

/** Where an access goes, and the rule that says so. */
export type NaiveOutcome = { readonly rule: string } & (
  | { readonly kind: 'memory'; readonly isBypass: boolean; readonly pieces: readonly NaivePiece[] }
  | { readonly kind: 'doorbell' }
  | { readonly kind: 'fault'; readonly fault: NaiveFault }
);

/** One access of `length` bytes; `access` is VIRTIO_IOMMU_FAULT_F_READ or _WRITE. */
export interface NaiveAccess {
  readonly endpoint: NaiveEndpoint;
  readonly address: bigint;
  readonly length: number;
  readonly access: number;
}

/** Decides about an access; changes nothing. */
export function route(state: NaiveState, dma: NaiveAccess): NaiveOutcome {
  const { endpoint, address } = dma;
  const domain = domainOf(state, endpoint.domain);
  if (isInterruptMessage(dma)) return { kind: 'doorbell', rule: doorbellRule(state, domain, dma) };
  if (isInBypassMode(state, endpoint)) return routeInBypass(dma);
  if (domain === undefined) {
    return fault(dma, VIRTIO_IOMMU_FAULT_R_DOMAIN, address, 'fault, unattached');
  }
  return routeInDomain(state, domain, dma);
}

function fault(
  { endpoint: { id }, access }: NaiveAccess,
  reason: number,
  address: bigint,
  rule: string,
): NaiveOutcome {
  const flags = access | VIRTIO_IOMMU_FAULT_F_ADDRESS;
  return { kind: 'fault', fault: { reason, flags, endpoint: id, address }, rule };
}

function isWrite({ access }: NaiveAccess): boolean {
  return access === VIRTIO_IOMMU_FAULT_F_WRITE;
}

/** A write that lies wholly inside the endpoint's own MSI region, whatever else is there. */
function isInterruptMessage(dma: NaiveAccess): boolean {
  const { endpoint, address, length } = dma;
  const last = address + BigInt(length) - 1n;
  if (!isWrite(dma) || last > LAST_ADDRESS) return false;
  const cuts = cutsWithin(endpoint.regions, { start: address, end: last });
  return cuts.every((cut) => sayingAt(endpoint.regions, cut).kind === 'msi');
}

/** Where it happened that a doorbell rang; it does so everywhere. */
function doorbellRule(
  state: NaiveState,
  domain: NaiveDomain | undefined,
  { address }: NaiveAccess,
): string {
  if (domain === undefined) return 'doorbell, unattached';
  if (domain.isBypass) return 'doorbell in a bypass domain';
  const { kind } = sayingAt(regionsOf(state, domain), address);
  return kind === 'msi' ? 'doorbell' : `doorbell, ${kind} to another`;
}

/** All is identity but the endpoint's own RESERVED and MSI regions. */
function routeInBypass(dma: NaiveAccess): NaiveOutcome {
  const { endpoint, address, length } = dma;
  const last = address + BigInt(length) - 1n;
  const end = last > LAST_ADDRESS ? LAST_ADDRESS : last;
  const refused = cutsWithin(endpoint.regions, { start: address, end }).find((cut) =>
    ['reserved', 'msi'].includes(sayingAt(endpoint.regions, cut).kind),
  );
  if (refused !== undefined) {
    return fault(dma, VIRTIO_IOMMU_FAULT_R_MAPPING, refused, 'fault, own region in bypass mode');
  }
  if (last > LAST_ADDRESS) {
    return fault(dma, VIRTIO_IOMMU_FAULT_R_MAPPING, 0n, 'fault, beyond the last address in bypass');
  }
  const pieces = [{ address, length, isMmio: false }];
  return { kind: 'memory', isBypass: true, pieces, rule: 'bypass' };
}

/** What one address is to an attached endpoint. */
type Step =
  | { readonly to: bigint; readonly mapping?: NaiveMapping; readonly rule: string }
  | { readonly to: null; readonly rule: string };

function routeInDomain(state: NaiveState, domain: NaiveDomain, dma: NaiveAccess): NaiveOutcome {
  const last = dma.address + BigInt(dma.length) - 1n;
  const end = last > LAST_ADDRESS ? LAST_ADDRESS : last;
  const ranges = [...regionsOf(state, domain), ...domain.mappings];
  const pieces: (NaivePiece & { readonly mapping: NaiveMapping | undefined })[] = [];
  const rules = new Set<string>();
  for (let at = dma.address; at <= end;) {
    const step = stepAt(state, domain, dma, at);
    if (step.to === null) return fault(dma, VIRTIO_IOMMU_FAULT_R_MAPPING, at, step.rule);
    const next = nextCut(ranges, at, end);
    const isMmio = ((step.mapping?.flags ?? 0) & VIRTIO_IOMMU_MAP_F_MMIO) !== 0;
    const length = Number(next - at);
    pieces.push({ address: step.to, length, isMmio, mapping: step.mapping });
    rules.add(step.rule);
    at = next;
  }
  if (last > LAST_ADDRESS) {
    return fault(dma, VIRTIO_IOMMU_FAULT_R_MAPPING, 0n, 'fault, beyond the last address');
  }
  return { kind: 'memory', isBypass: false, pieces, rule: [...rules].toSorted().join(' and ') };
}

function stepAt(state: NaiveState, domain: NaiveDomain, dma: NaiveAccess, address: bigint): Step {
  const own = sayingAt(dma.endpoint.regions, address);
  const joined = sayingAt(regionsOf(state, domain), address);
  // A write that is an interrupt message only in part is none at all, nor an access to memory
  if (own.kind === 'msi' && isWrite(dma)) {
    const whose = joined.kind === 'msi' ? '' : `, ${joined.kind} to another`;
    return { to: null, rule: `fault, part of a doorbell${whose}` };
  }
  if (joined.kind === 'none') return stepInMapping(domain, dma, address);
  if (joined.kind !== 'identity') return { to: null, rule: `fault, ${joined.kind} region` };
  const isOwn = own.kind === 'identity';
  const isShared = state.config.identityPolicy !== 'per-endpoint';
  if (!isOwn && !isShared) return { to: null, rule: "fault, another's identity region" };
  const rights = isShared ? joined.flags : own.flags;
  if ((rights & dma.access) === 0) return { to: null, rule: 'fault, identity without the right' };
  return { to: address, rule: isOwn ? 'own identity region' : 'shared identity region' };
}

function stepInMapping(domain: NaiveDomain, { access }: NaiveAccess, address: bigint): Step {
  const mapping = mappingAt(domain, address);
  if (mapping === undefined) return { to: null, rule: 'fault, unmapped' };
  if ((mapping.flags & access) === 0) return { to: null, rule: 'fault, mapping without the right' };
  return { to: address - mapping.start + mapping.phys, mapping, rule: 'mapping' };
}

/** The pieces as few as can be: neighbours joined where that is allowed. */
export function coalesce(pieces: readonly NaivePiece[]): readonly NaivePiece[] {
  const joined: NaivePiece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const isNext = last !== undefined && last.address + BigInt(last.length) === piece.address;
    if (isNext && !last.isMmio && !piece.isMmio) {
      joined.splice(-1, 1, { ...last, length: last.length + piece.length });
    } else joined.push(piece);
  }
  return joined;
}

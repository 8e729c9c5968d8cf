// One operation with both answers, and what QEMU's device would say if a check that it lacks were no rule.

import {
  TAIL_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_T_PROBE,
} from '../../src/iommu/protocol/protocol.ts';
import { readableOf, type Answer, type Operation } from './operation.ts';
import { PAGE, PROBE_BYTES } from './setup.ts';
import { doesEndpointExist, domainOf, type StateBefore } from './state-before.ts';
import { readRequest, type WireRequest } from './wire-request.ts';

export interface Observation {
  readonly operation: Operation;
  readonly ours: Answer;
  readonly theirs: Answer;
  readonly before: StateBefore;
}

export type RequestOf<Kind extends WireRequest['kind']> = Extract<WireRequest, { kind: Kind }>;

/** A reply in a word: its status when it is a well-formed one, else what became of the request. */
export type Reply = number | 'unwritten' | 'broken' | 'died' | 'odd';

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * Reads a tail that stands where the driver expects it, behind `PROBE_BYTES` of properties for a PROBE, with a used
 * length that ends with it, nothing written behind it, and no property unless the status is OK.
 */
export function replyOf(answer: Answer, isProbe: boolean): Reply {
  if (answer.kind === 'value') return 'odd';
  if (answer.kind !== 'used') return answer.kind;
  const { length, bytes } = answer;
  if (length === 0) return isZero(bytes) ? 'unwritten' : 'odd';
  const tail = isProbe ? PROBE_BYTES : 0;
  const status = bytes[tail];
  if (status === undefined || length !== tail + TAIL_SIZE) return 'odd';
  const mayHaveProperties = status === VIRTIO_IOMMU_S_OK;
  const isClean = mayHaveProperties || isZero(bytes.subarray(0, tail));
  return isClean && isZero(bytes.subarray(tail + 1)) ? status : 'odd';
}

/** An observation of a request, read. */
export interface Exchange {
  readonly request: WireRequest;
  readonly ours: Reply;
  readonly theirs: Reply;
  readonly before: StateBefore;
}

/** Undefined when the operation is no request. */
export function exchangeOf({ operation, ours, theirs, before }: Observation): Exchange | undefined {
  if (operation.kind !== 'request') return undefined;
  const request = readRequest(readableOf(operation.chain));
  const isProbe =
    request.kind === 'probe' || (request.kind === 'short' && request.type === VIRTIO_IOMMU_T_PROBE);
  return { request, ours: replyOf(ours, isProbe), theirs: replyOf(theirs, isProbe), before };
}

/** Whether an observation is one of a known kind; `exchange` is undefined for what is no request. */
export type Condition = (seen: Observation, exchange: Exchange | undefined) => boolean;

/** Endpoint IDs are cut to 16 bits: QEMU finds a PCI function by them. */
export function isAlias(endpoint: number): boolean {
  return !doesEndpointExist(endpoint) && doesEndpointExist(endpoint & 0xffff);
}

/** Whether F_BYPASS disagrees with a domain that exists. */
export function isKindMismatch(request: RequestOf<'attach'>, before: StateBefore): boolean {
  const domain = before.domains.get(request.domain);
  const wantsBypass = (request.flags & VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0;
  return domain !== undefined && domain.isBypass !== wantsBypass;
}

/** Whether the endpoint is in the domain that the request names, and alone there. */
export function isSoleMember(request: RequestOf<'attach'>, before: StateBefore): boolean {
  const isMember = domainOf(before, request.endpoint) === request.domain;
  return isMember && before.domains.get(request.domain)?.endpoints.length === 1;
}

/** ATTACH without a look at reserved bytes or at what was negotiated; leaves the old domain first of all. */
export function laxAttachStatus(request: RequestOf<'attach'>, before: StateBefore): number {
  if ((request.flags & ~VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0) return VIRTIO_IOMMU_S_INVAL;
  if (!doesEndpointExist(request.endpoint & 0xffff)) return VIRTIO_IOMMU_S_NOENT;
  const isRejected = isKindMismatch(request, before) && !isSoleMember(request, before);
  return isRejected ? VIRTIO_IOMMU_S_INVAL : VIRTIO_IOMMU_S_OK;
}

const KNOWN_MAP_FLAGS =
  VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE | VIRTIO_IOMMU_MAP_F_MMIO;

type Range = Pick<RequestOf<'unmap'>, 'domain' | 'virtStart' | 'virtEnd'>;

/** How many mappings the range covers, and how many it cuts. A range with its end before its start covers none. */
export function touchedMappings(
  range: Range,
  before: StateBefore,
): { covered: number; cut: number } {
  const touched = (before.domains.get(range.domain)?.mappings ?? []).filter(
    ({ virtStart, virtEnd }) => virtStart <= range.virtEnd && virtEnd >= range.virtStart,
  );
  const covered = touched.filter(
    ({ virtStart, virtEnd }) => virtStart >= range.virtStart && virtEnd <= range.virtEnd,
  );
  return { covered: covered.length, cut: touched.length - covered.length };
}

/** MAP that looks only at flags (MMIO always known), the domain, and existing mappings. */
export function laxMapStatus(request: RequestOf<'map'>, before: StateBefore): number {
  if ((request.flags & ~KNOWN_MAP_FLAGS) !== 0) return VIRTIO_IOMMU_S_INVAL;
  const domain = before.domains.get(request.domain);
  if (domain === undefined) return VIRTIO_IOMMU_S_NOENT;
  const { covered, cut } = touchedMappings(request, before);
  return domain.isBypass || covered + cut > 0 ? VIRTIO_IOMMU_S_INVAL : VIRTIO_IOMMU_S_OK;
}

/** UNMAP that looks only at the domain and at mappings that would be cut. */
export function laxUnmapStatus(request: RequestOf<'unmap'>, before: StateBefore): number {
  const domain = before.domains.get(request.domain);
  if (domain === undefined) return VIRTIO_IOMMU_S_NOENT;
  if (domain.isBypass) return VIRTIO_IOMMU_S_INVAL;
  return touchedMappings(request, before).cut > 0 ? VIRTIO_IOMMU_S_RANGE : VIRTIO_IOMMU_S_OK;
}

/** virtio 1.2, 5.13.6.5.2: virt_start, phys_start and virt_end + 1 are multiples of the page granularity. */
export function isAligned({ virtStart, virtEnd, physStart }: RequestOf<'map'>): boolean {
  return ((virtStart | physStart | (virtEnd + 1n)) & (PAGE - 1n)) === 0n;
}

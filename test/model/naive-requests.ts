// What each request does (virtio 1.2, 5.13.6.2 to .8), in the order of the checks that the device documents: size,
// type, feature, flags and reserved bytes, endpoint, domain, range and alignment, reserved regions and existing
// mappings, compatibility, memory. Every verdict names the rule it came from.

import {
  LAST_ADDRESS,
  READABLE_SIZE,
  TAIL_SIZE,
  TYPE_NAME,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from './naive-numbers.ts';
import { propertiesOf } from './naive-properties.ts';
import {
  hasOpenAddress,
  isIdentityInside,
  isTouched,
  type NaiveRange,
  type NaiveRegion,
} from './naive-regions.ts';
import {
  domainOf,
  endpointOf,
  granuleOf,
  hasAccepted,
  hasOffered,
  leaveDomain,
  membersOf,
  regionsOf,
  type NaiveDomain,
  type NaiveEndpoint,
  type NaiveState,
} from './naive-state.ts';

/** A status and why. `removed`: mappings that an UNMAP took away. */
interface Verdict {
  readonly status: number;
  readonly rule: string;
  readonly removed?: number;
}

/** What the driver finds: `written` from the first writable byte on, and nothing behind it. */
export interface Answer {
  readonly written: Uint8Array;
  /** Null when the buffers go back unwritten. */
  readonly status: number | null;
  readonly rule: string;
  readonly removed: number;
}

const NOTHING = new Uint8Array(0);

/** Executes one request on the state. `room`: bytes of its device-writable part. */
export function answer(state: NaiveState, readable: Uint8Array, room: number): Answer {
  const ignore = (rule: string): Answer => ({ written: NOTHING, status: null, rule, removed: 0 });
  const type = readable[0] ?? 0;
  const name = TYPE_NAME.get(type);
  if (name === undefined) return ignore('unknown type');
  if (type === VIRTIO_IOMMU_T_PROBE && !hasAccepted(state, VIRTIO_IOMMU_F_PROBE)) {
    return ignore('PROBE without its feature');
  }
  if (room < TAIL_SIZE) return ignore(`${name} without room for a tail`);
  const full = (type === VIRTIO_IOMMU_T_PROBE ? state.config.probeSize : 0) + TAIL_SIZE;
  const written = new Uint8Array(Math.min(full, room));
  const isShort = readable.length < (READABLE_SIZE.get(type) ?? 0);
  const verdict = isShort
    ? { status: VIRTIO_IOMMU_S_INVAL, rule: 'too short' }
    : execute(state, readable, room >= full);
  if (type === VIRTIO_IOMMU_T_PROBE && verdict.status === VIRTIO_IOMMU_S_OK) {
    written.set(propertiesOf(endpointOf(state, fieldsOf(readable).u32(4))?.regions ?? []));
  }
  written[written.length - TAIL_SIZE] = verdict.status;
  return { removed: 0, ...verdict, written, rule: `${name}: ${verdict.rule}` };
}

function fieldsOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    u32: (offset: number) => view.getUint32(offset, true),
    u64: (offset: number) => view.getBigUint64(offset, true),
  };
}

function execute(state: NaiveState, bytes: Uint8Array, hasRoom: boolean): Verdict {
  const { u32, u64 } = fieldsOf(bytes);
  const range = () => ({ start: u64(8), end: u64(16) });
  switch (bytes[0] ?? 0) {
    case VIRTIO_IOMMU_T_ATTACH:
      return attach(state, { domain: u32(4), endpoint: u32(8), flags: u32(12), reserved: u32(16) });
    case VIRTIO_IOMMU_T_DETACH:
      return detach(state, u32(4), u32(8));
    case VIRTIO_IOMMU_T_MAP:
      return map(state, u32(4), { ...range(), phys: u64(24), flags: u32(32) });
    case VIRTIO_IOMMU_T_UNMAP:
      return unmap(state, u32(4), range(), u32(24));
    default:
      if (!hasRoom) return { status: VIRTIO_IOMMU_S_INVAL, rule: 'no room for all properties' };
      if (endpointOf(state, u32(4)) === undefined) return NO_ENDPOINT;
      return OK;
  }
}

const OK: Verdict = { status: VIRTIO_IOMMU_S_OK, rule: 'OK' };
const NO_ENDPOINT: Verdict = { status: VIRTIO_IOMMU_S_NOENT, rule: 'unknown endpoint' };
const NO_DOMAIN: Verdict = { status: VIRTIO_IOMMU_S_NOENT, rule: 'unknown domain' };
const NO_FEATURE: Verdict = { status: VIRTIO_IOMMU_S_UNSUPP, rule: 'without MAP_UNMAP' };
const BYPASS_DOMAIN: Verdict = { status: VIRTIO_IOMMU_S_INVAL, rule: 'bypass domain' };

function invalid(rule: string): Verdict {
  return { status: VIRTIO_IOMMU_S_INVAL, rule };
}

function outOfRange(rule: string): Verdict {
  return { status: VIRTIO_IOMMU_S_RANGE, rule };
}

interface AttachFields {
  readonly domain: number;
  readonly endpoint: number;
  readonly flags: number;
  readonly reserved: number;
}

function attach(state: NaiveState, fields: AttachFields): Verdict {
  if (fields.reserved !== 0) return invalid('reserved bytes');
  const mayBypass = hasAccepted(state, VIRTIO_IOMMU_F_BYPASS_CONFIG);
  const known = mayBypass ? VIRTIO_IOMMU_ATTACH_F_BYPASS : 0;
  if ((fields.flags & ~known) !== 0) return invalid('unknown flags');
  const endpoint = endpointOf(state, fields.endpoint);
  if (endpoint === undefined) return NO_ENDPOINT;
  const { start, end } = state.config.domainRange;
  const isLimited = hasOffered(state, VIRTIO_IOMMU_F_DOMAIN_RANGE);
  if (isLimited && (fields.domain < start || fields.domain > end)) {
    return outOfRange('outside domain_range');
  }
  const isBypass = (fields.flags & VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0;
  const domain = domainOf(state, fields.domain);
  if (domain === undefined) return attachToNew(state, endpoint, fields.domain, isBypass);
  if (domain.isBypass !== isBypass) return invalid('the other kind of domain');
  if (endpoint.domain === domain.id) return { ...OK, rule: 'OK, was there already' };
  const conflict = domain.isBypass ? undefined : conflictWith(state, domain, endpoint.regions);
  if (conflict !== undefined) return { status: VIRTIO_IOMMU_S_UNSUPP, rule: conflict };
  const rule = endpoint.domain === null ? 'OK, to others' : 'OK, moved to others';
  leaveDomain(state, endpoint);
  endpoint.domain = domain.id;
  return { ...OK, rule };
}

function attachToNew(
  state: NaiveState,
  endpoint: NaiveEndpoint,
  id: number,
  isBypass: boolean,
): Verdict {
  const old = domainOf(state, endpoint.domain);
  const leavesRoom = old !== undefined && !old.isBypass && membersOf(state, old.id).length === 1;
  const mapped = state.domains.filter((domain) => !domain.isBypass).length - (leavesRoom ? 1 : 0);
  if (!isBypass && mapped >= state.config.maxDomains) {
    return { status: VIRTIO_IOMMU_S_NOMEM, rule: 'too many domains' };
  }
  leaveDomain(state, endpoint);
  state.domains.push({ id, isBypass, mappings: [] });
  endpoint.domain = id;
  return { ...OK, rule: isBypass ? 'OK, new bypass domain' : 'OK, new domain' };
}

/** Why a newcomer with these regions can not join, if so. */
function conflictWith(
  state: NaiveState,
  domain: NaiveDomain,
  newcomer: readonly NaiveRegion[],
): string | undefined {
  const { identityPolicy } = state.config;
  const members = membersOf(state, domain.id);
  if (identityPolicy === 'reject') {
    const isOpen = members.some(({ regions }) => hasOpenAddress(regions, newcomer));
    if (isOpen) return 'identity meets nothing';
  }
  const before = regionsOf(state, domain);
  const shared = identityPolicy === 'per-endpoint' ? before : [...before, ...newcomer];
  const collides = domain.mappings.some(
    (mapping) => isTouched(newcomer, mapping) && !isIdentityInside(shared, mapping, mapping),
  );
  return collides ? 'a mapping meets a region' : undefined;
}

function detach(state: NaiveState, domain: number, id: number): Verdict {
  const endpoint = endpointOf(state, id);
  if (endpoint === undefined) return NO_ENDPOINT;
  if (endpoint.domain !== domain) return invalid('not attached there');
  const isLast = membersOf(state, domain).length === 1;
  leaveDomain(state, endpoint);
  return { ...OK, rule: isLast ? 'OK, was the last' : 'OK, others stay' };
}

interface MapFields extends NaiveRange {
  readonly phys: bigint;
  readonly flags: number;
}

function map(state: NaiveState, id: number, fields: MapFields): Verdict {
  if (!hasAccepted(state, VIRTIO_IOMMU_F_MAP_UNMAP)) return NO_FEATURE;
  const mmio = hasAccepted(state, VIRTIO_IOMMU_F_MMIO) ? VIRTIO_IOMMU_MAP_F_MMIO : 0;
  const known = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE | mmio;
  if ((fields.flags & ~known) !== 0) return invalid('unknown flags');
  const domain = domainOf(state, id);
  if (domain === undefined) return NO_DOMAIN;
  if (domain.isBypass) return BYPASS_DOMAIN;
  const { start, end, phys } = fields;
  if (start >= end) return outOfRange('end not above start');
  const granule = granuleOf(state.config);
  if (start % granule !== 0n || phys % granule !== 0n || (end + 1n) % granule !== 0n) {
    return outOfRange('not aligned');
  }
  const { inputRange } = state.config;
  const isLimited = hasOffered(state, VIRTIO_IOMMU_F_INPUT_RANGE);
  if (isLimited && (start < inputRange.start || end > inputRange.end)) {
    return outOfRange('outside input_range');
  }
  if (phys + (end - start) > LAST_ADDRESS) return outOfRange('physical range wraps');
  const regions = regionsOf(state, domain);
  const isReserved = isTouched(regions, fields);
  if (isReserved && !isIdentityInside(regions, fields, fields)) {
    return invalid('reserved region');
  }
  if (domain.mappings.some((each) => each.start <= end && each.end >= start)) {
    return invalid('mapped already');
  }
  const count = state.domains.reduce((sum, { mappings }) => sum + mappings.length, 0);
  if (count >= state.config.maxMappings) {
    return { status: VIRTIO_IOMMU_S_NOMEM, rule: 'too many mappings' };
  }
  domain.mappings = [...domain.mappings, fields].sort((a, b) => (a.start < b.start ? -1 : 1));
  return { ...OK, rule: isReserved ? 'OK, inside identity' : 'OK' };
}

function unmap(state: NaiveState, id: number, range: NaiveRange, reserved: number): Verdict {
  if (!hasAccepted(state, VIRTIO_IOMMU_F_MAP_UNMAP)) return NO_FEATURE;
  if (reserved !== 0) return invalid('reserved bytes');
  const domain = domainOf(state, id);
  if (domain === undefined) return NO_DOMAIN;
  if (domain.isBypass) return BYPASS_DOMAIN;
  const { start, end } = range;
  if (start > end) return outOfRange('end below start');
  const touched = domain.mappings.filter((each) => each.start <= end && each.end >= start);
  if (touched.some((each) => each.start < start || each.end > end)) {
    return outOfRange('would split a mapping');
  }
  domain.mappings = domain.mappings.filter((each) => !touched.includes(each));
  const counts = ['OK, nothing there', 'OK, one mapping'];
  const rule = counts[touched.length] ?? 'OK, several mappings';
  return { ...OK, rule, removed: touched.length };
}

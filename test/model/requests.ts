// Requests as a driver may send them: valid ones, nearly valid ones, and bytes that are no request.

import fc from 'fast-check';
import {
  TAIL_SIZE,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from './naive-numbers.ts';
import type { NaiveIommu } from './naive-iommu.ts';
import { listOf } from './naive-regions.ts';
import { regionsOf } from './naive-state.ts';
import { mapStretch, resolveStretch, unmapStretch } from './places.ts';
import { ENDPOINT_IDS, UNKNOWN_ENDPOINT_IDS, unitOf, weighted } from './scenario.ts';

/** A request's bytes and the room for its answer. */
export interface RawRequest {
  readonly readable: Uint8Array;
  readonly room: number;
  readonly text: string;
}

/** Makes a request of what the model knows by then. */
export type RequestMaker = (model: NaiveIommu) => RawRequest;

/** 4 or 8 bytes; zeros follow where the field is longer. */
type Field = readonly [value: bigint | number, bytes: number];

function bytesOf(fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const [value, size] of fields) {
    if (size === 8) view.setBigUint64(offset, BigInt(value), true);
    else view.setUint32(offset, Number(value), true);
    offset += size;
  }
  return bytes;
}

/** Something unusual about a request's form; mostly nothing. */
interface Oddity {
  readonly kind: 'none' | 'short' | 'long' | 'little room' | 'much room' | 'head' | 'type';
  readonly amount: number;
}

const oddity: fc.Arbitrary<Oddity> = fc.record({
  kind: weighted<Oddity['kind']>([
    ['none', 60],
    ['short', 2],
    ['long', 1],
    ['little room', 2],
    ['much room', 1],
    ['head', 2],
    ['type', 1],
  ]),
  amount: fc.nat({ max: 255 }),
});

function withOddity({ readable, room, text }: RawRequest, { kind, amount }: Oddity): RawRequest {
  const name = kind === 'none' ? text : `${text} (${kind} ${amount})`;
  switch (kind) {
    case 'none':
      return { readable, room, text };
    case 'short':
      return { readable: readable.subarray(0, amount % readable.length), room, text: name };
    case 'long':
      return { readable: Uint8Array.from([...readable, 0xff, amount]), room, text: name };
    case 'little room':
      return { readable, room: amount % room, text: name };
    case 'much room':
      return { readable, room: room + amount, text: name };
    case 'head':
      return { readable: withByte(readable, 1 + (amount % 3), amount), room, text: name };
    case 'type':
      return { readable: withByte(readable, 0, amount), room, text: name };
  }
}

function withByte(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = value;
  return copy;
}

/** A domain: by its ID, or one that exists, if any does. */
interface DomainChoice {
  readonly id: number;
  readonly existing: number;
}

const anyDomain: fc.Arbitrary<DomainChoice> = fc.record({
  id: weighted([
    [2, 8],
    [3, 6],
    [1, 2],
    [0, 1],
    [0xffff, 1],
    [0x1_0000, 1],
    [0xffff_ffff, 1],
  ]),
  existing: weighted([
    [-1, 1],
    [0, 6],
    [1, 3],
    [2, 2],
  ]),
});

/** ID of the domain now. */
function resolveDomain({ state }: NaiveIommu, { id, existing }: DomainChoice): number {
  const { domains } = state;
  return existing < 0 ? id : (domains[existing % Math.max(1, domains.length)]?.id ?? id);
}

const endpointId = weighted<number>([
  ...ENDPOINT_IDS.map((id) => [id, 8] as const),
  ...UNKNOWN_ENDPOINT_IDS.map((id) => [id, 1] as const),
]);

/** A word that is mostly zero. */
const seldomSet = weighted([
  [0, 40],
  [1, 1],
  [0x100_0000, 1],
]);

const attach: fc.Arbitrary<RequestMaker> = fc
  .record({
    domain: anyDomain,
    joins: fc.boolean(),
    endpoint: endpointId,
    flags: weighted([
      [0, 40],
      [1, 5],
      [2, 1],
      [0x8000_0000, 1],
      [3, 1],
    ]),
    reserved: seldomSet,
    oddity,
  })
  .map(({ domain, joins, endpoint, flags, reserved, oddity }) => (model) => {
    const id = joins ? resolveDomain(model, domain) : domain.id;
    const readable = bytesOf([
      [VIRTIO_IOMMU_T_ATTACH, 4],
      [id, 4],
      [endpoint, 4],
      [flags, 4],
      [reserved, 4],
    ]);
    const text = `ATTACH domain ${id} endpoint ${endpoint} flags ${flags} reserved ${reserved}`;
    return withOddity({ readable, room: TAIL_SIZE, text }, oddity);
  });

const detach: fc.Arbitrary<RequestMaker> = fc
  .record({
    domain: anyDomain,
    isRight: fc.nat({ max: 3 }),
    endpoint: endpointId,
    reserved: seldomSet,
    oddity,
  })
  .map(({ domain, isRight, endpoint, reserved, oddity }) => (model) => {
    const there = model.state.endpoints.find(({ id }) => id === endpoint)?.domain;
    const id = isRight > 0 ? (there ?? domain.id) : domain.id;
    const readable = bytesOf([
      [VIRTIO_IOMMU_T_DETACH, 4],
      [id, 4],
      [endpoint, 4],
      [reserved, 4],
      [reserved, 4],
    ]);
    const text = `DETACH domain ${id} endpoint ${endpoint} reserved ${reserved}`;
    return withOddity({ readable, room: TAIL_SIZE, text }, oddity);
  });

/** Where a mapping leads: RAM in address order, itself, one page, across 4 GiB, the top of the space, or nowhere legal. */
type Target = 'linear' | 'same' | 'page' | '4 GiB' | 'top' | 'beyond' | 'odd';

function resolveTarget(model: NaiveIommu, target: Target, { start, end }: NaiveSpan): bigint {
  const unit = unitOf(model.state.config);
  switch (target) {
    case 'linear':
      return start % 0x1_0000n;
    case 'same':
      return start;
    case 'page':
      return 3n * unit;
    case '4 GiB':
      return (1n << 32n) - unit;
    case 'top':
      return BigInt.asUintN(64, start - end - 1n);
    case 'beyond':
      return BigInt.asUintN(64, start - end - 1n + unit);
    case 'odd':
      return 3n * unit + 1n;
  }
}

interface NaiveSpan {
  readonly start: bigint;
  readonly end: bigint;
}

const mapFlags = weighted([
  [3, 22],
  [1, 5],
  [2, 5],
  [0, 1],
  [7, 4],
  [5, 1],
  [4, 1],
  [8, 1],
  [0x8000_0003, 1],
]);

const map: fc.Arbitrary<RequestMaker> = fc
  .record({
    domain: anyDomain,
    stretch: mapStretch,
    target: weighted<Target>([
      ['linear', 20],
      ['same', 12],
      ['page', 12],
      ['4 GiB', 4],
      ['top', 1],
      ['beyond', 1],
      ['odd', 1],
    ]),
    flags: mapFlags,
    oddity,
  })
  .map(({ domain, stretch, target, flags, oddity }) => (model) => {
    const range = resolveStretch(model, stretch);
    const phys = resolveTarget(model, target, range);
    return withOddity(mapRequest(resolveDomain(model, domain), range, phys, flags), oddity);
  });

/** MAP as the draft's driver does it in an identity region: the region, or a page of it. */
const mapIdentity: fc.Arbitrary<RequestMaker> = fc
  .record({
    domain: anyDomain,
    index: fc.nat({ max: 7 }),
    isWhole: fc.boolean(),
    stretch: mapStretch,
    flags: mapFlags,
  })
  .map(({ domain, index, isWhole, stretch, flags }) => (model) => {
    const id = resolveDomain(model, domain);
    const there = model.state.domains.find((each) => each.id === id);
    const regions = there === undefined ? [] : listOf(regionsOf(model.state, there));
    const identity = regions.filter(({ kind }) => kind === 'identity');
    const region = identity[index % Math.max(1, identity.length)] ?? resolveStretch(model, stretch);
    const end = isWhole ? region.end : region.start + unitOf(model.state.config) - 1n;
    return mapRequest(id, { start: region.start, end }, region.start, flags);
  });

/** MAP with exactly these fields. */
export function mapRequest(
  domain: number,
  { start, end }: NaiveSpan,
  phys: bigint,
  flags: number,
): RawRequest {
  const readable = bytesOf([
    [VIRTIO_IOMMU_T_MAP, 4],
    [domain, 4],
    [start, 8],
    [end, 8],
    [phys, 8],
    [flags, 4],
  ]);
  const text = `MAP domain ${domain} ${hex(start)}..${hex(end)} to ${hex(phys)} flags ${flags}`;
  return { readable, room: TAIL_SIZE, text };
}

const unmap: fc.Arbitrary<RequestMaker> = fc
  .record({ domain: anyDomain, stretch: unmapStretch, reserved: seldomSet, oddity })
  .map(({ domain, stretch, reserved, oddity }) => (model) => {
    const id = resolveDomain(model, domain);
    const { start, end } = resolveStretch(model, stretch);
    const readable = bytesOf([
      [VIRTIO_IOMMU_T_UNMAP, 4],
      [id, 4],
      [start, 8],
      [end, 8],
      [reserved, 4],
    ]);
    const text = `UNMAP domain ${id} ${hex(start)}..${hex(end)} reserved ${reserved}`;
    return withOddity({ readable, room: TAIL_SIZE, text }, oddity);
  });

const probe: fc.Arbitrary<RequestMaker> = fc
  .record({ endpoint: endpointId, reserved: seldomSet, oddity })
  .map(({ endpoint, reserved, oddity }) => (model) => {
    const readable = bytesOf([
      [VIRTIO_IOMMU_T_PROBE, 4],
      [endpoint, 4],
      [reserved, 64],
    ]);
    const room = model.state.config.probeSize + TAIL_SIZE;
    return withOddity({ readable, room, text: `PROBE endpoint ${endpoint}` }, oddity);
  });

const noRequest: fc.Arbitrary<RequestMaker> = fc
  .record({ bytes: fc.uint8Array({ maxLength: 80 }), room: fc.nat({ max: 40 }) })
  .map(({ bytes, room }) => () => ({
    readable: bytes,
    room,
    text: `bytes ${bytes.join()} (${room})`,
  }));

/** Any request. */
export const request: fc.Arbitrary<RequestMaker> = fc.oneof(
  { weight: 20, arbitrary: map },
  { weight: 4, arbitrary: mapIdentity },
  { weight: 12, arbitrary: attach },
  { weight: 3, arbitrary: detach },
  { weight: 7, arbitrary: unmap },
  { weight: 2, arbitrary: probe },
  { weight: 1, arbitrary: noRequest },
);

export function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

// A device, and what is done to it, at random from a seed: as data, so that a failure can be made smaller.

import { DEFAULT_IOMMU_OPTIONS } from '../../../src/iommu/options.ts';
import { Random, type Weighted } from '../../differential/random.ts';
import type { NaiveRegion } from '../naive-regions.ts';
import type { NaiveConfig } from '../naive-state.ts';

/** Endpoints of a history; the last is known to no device. */
export const HISTORY_ENDPOINTS: readonly number[] = [8, 0x1_0009];
const UNKNOWN_ENDPOINT = 77;

export type HistoryStep =
  | { readonly kind: 'request'; readonly bytes: Uint8Array; readonly room: number }
  | {
      readonly kind: 'access';
      readonly endpoint: number;
      readonly access: 'read' | 'write';
      readonly address: bigint;
      readonly length: number;
    }
  | { readonly kind: 'bypass'; readonly isBypass: boolean }
  | { readonly kind: 'start' | 'system-reset' | 'power-cycle' };

export interface RandomHistory {
  readonly config: NaiveConfig;
  readonly regions: readonly (readonly NaiveRegion[])[];
  /** Feature bits that the driver accepts. */
  readonly accepts: bigint;
  readonly steps: readonly HistoryStep[];
  /** Part of the events of which only the state after them is known; 0: none. */
  readonly cut: number;
}

const PAGE = 0x1000n;
const PAGES = 4;
const LAST_PAGE = (1n << 64n) - PAGE;
const { features: OFFERED } = DEFAULT_IOMMU_OPTIONS;
const [MAP_UNMAP, BYPASS, PROBE, BYPASS_CONFIG] = [4n, 8n, 16n, 64n];

export function randomHistory(seed: number): RandomHistory {
  const random = new Random(seed);
  const isOld = random.chance(0.15);
  const offered = isOld ? (OFFERED & ~BYPASS_CONFIG) | BYPASS : OFFERED;
  const config: NaiveConfig = {
    pageSizeMask: random.chance(0.85) ? PAGE : 1n,
    inputRange: { start: 0n, end: random.chance(0.7) ? 0xffff_ffffn : 0x7fffn },
    domainRange: { start: 0, end: random.chance(0.8) ? 9 : 2 },
    offered: random.chance(0.9) ? offered : offered & ~3n,
    probeSize: 64,
    bootBypass: random.chance(0.5),
    identityPolicy: random.pick(['reject', 'allow', 'per-endpoint'] as const),
    maxDomains: random.chance(0.9) ? 8 : 1,
    maxMappings: random.chance(0.9) ? 64 : 3,
  };
  let accepts = config.offered;
  for (const bit of [MAP_UNMAP, PROBE, BYPASS_CONFIG, BYPASS]) {
    if (random.chance(0.06)) accepts &= ~bit;
  }
  const count = random.between(6, 32);
  return {
    config,
    regions: HISTORY_ENDPOINTS.map(() => randomRegions(random)),
    accepts,
    steps: [
      ...HISTORY_ENDPOINTS.filter(() => random.chance(0.8)).map((id) => attachTo(random, id)),
      ...Array.from({ length: count }, () => randomStep(random)),
    ],
    cut: random.chance(0.25) ? random.between(1, 9) / 10 : 0,
  };
}

function randomRegions(random: Random): readonly NaiveRegion[] {
  if (random.chance(0.6)) return [];
  const kind = random.pick(['msi', 'reserved', 'identity'] as const);
  const start = BigInt(random.between(2, PAGES - 1)) * PAGE;
  const end = start + BigInt(random.between(1, 2)) * PAGE - 1n;
  return [{ kind, start, end, flags: kind === 'identity' ? random.between(1, 3) : 0 }];
}

const MAP_PAGES: readonly Weighted<number>[] = [
  [14, 1],
  [2, 2],
  [0.5, 4],
  [0.3, 0],
];
const UNMAP_PAGES: readonly Weighted<number>[] = [
  [6, 1],
  [4, 2],
  [4, 4],
  [0.2, 0],
];

const STEPS: readonly Weighted<(random: Random) => HistoryStep>[] = [
  [10, attach],
  [2, detach],
  [20, map],
  [14, unmap],
  [28, access],
  [2, probe],
  [1.5, broken],
  [1.5, (random) => ({ kind: 'bypass', isBypass: random.chance(0.5) })],
  [
    1,
    (random) => ({ kind: random.pick(['start', 'start', 'system-reset', 'power-cycle'] as const) }),
  ],
];

function randomStep(random: Random): HistoryStep {
  return random.weighted(STEPS)(random);
}

/** Little-endian fields, one behind the other: bytes and value of each. */
function request(fields: readonly (readonly [bytes: number, value: bigint | number])[], room = 4) {
  const bytes = fields.flatMap(([size, value]) =>
    Array.from({ length: size }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 0xffn)),
  );
  return { kind: 'request', bytes: Uint8Array.from(bytes), room } as const;
}

function anyEndpoint(random: Random): number {
  return random.chance(0.03) ? UNKNOWN_ENDPOINT : random.pick(HISTORY_ENDPOINTS);
}

function anyDomain(random: Random): number {
  return random.weighted([
    [14, 1],
    [3, 2],
    [0.3, 5],
    [0.2, 12],
  ]);
}

/** Of few pages for a MAP, and of more for an UNMAP, so that it covers what is there. */
function anyRange(
  random: Random,
  pageCounts: readonly Weighted<number>[],
): { readonly start: bigint; readonly end: bigint } {
  if (random.chance(0.03)) return { start: LAST_PAGE, end: LAST_PAGE + PAGE - 1n };
  const start = BigInt(random.between(0, PAGES)) * PAGE;
  const pages = BigInt(random.weighted(pageCounts));
  const skew = random.chance(0.02) ? 0x10n : 0n;
  return { start: start + skew, end: start + pages * PAGE - 1n };
}

function attach(random: Random): HistoryStep {
  return attachTo(random, anyEndpoint(random));
}

function attachTo(random: Random, endpoint: number): HistoryStep {
  const flags = random.weighted([
    [14, 0],
    [1, 1],
    [0.2, 2],
  ]);
  const reserved = random.chance(0.01) ? 0x100 : 0;
  return request([
    [4, 1],
    [4, anyDomain(random)],
    [4, endpoint],
    [4, flags],
    [4, reserved],
  ]);
}

function detach(random: Random): HistoryStep {
  return request([
    [4, 2],
    [4, anyDomain(random)],
    [4, anyEndpoint(random)],
    [8, 0],
  ]);
}

function map(random: Random): HistoryStep {
  const { start, end } = anyRange(random, MAP_PAGES);
  const isIdentity = random.chance(0.2);
  const physical = isIdentity ? start : BigInt(random.between(0, 40)) * PAGE;
  const phys = random.chance(0.02) ? LAST_PAGE : physical;
  const flags = random.weighted([
    [10, 3],
    [4, 1],
    [3, 2],
    [1, 0],
    [0.4, 7],
    [0.4, 0x13],
  ]);
  const from = start < 0n ? 0n : start;
  return request([
    [4, 3],
    [4, anyDomain(random)],
    [8, from],
    [8, BigInt.asUintN(64, end)],
    [8, phys],
    [4, flags],
  ]);
}

function unmap(random: Random): HistoryStep {
  const { start, end } = random.chance(0.05)
    ? { start: 0n, end: (1n << 64n) - 1n }
    : anyRange(random, UNMAP_PAGES);
  const reserved = random.chance(0.02) ? 1 : 0;
  return request([
    [4, 4],
    [4, anyDomain(random)],
    [8, start],
    [8, BigInt.asUintN(64, end)],
    [4, reserved],
  ]);
}

function probe(random: Random): HistoryStep {
  return request(
    [
      [4, 5],
      [4, anyEndpoint(random)],
      [64, 0],
    ],
    random.chance(0.85) ? 68 : 20,
  );
}

/** Too short, of no known type, or without room for an answer. */
function broken(random: Random): HistoryStep {
  const type = random.between(0, 6);
  const length = random.pick([1, 4, 19, 20, 27, 28, 35, 36, 71]);
  const room = random.pick([0, 3, 4, 4]);
  return request([[1, type], ...Array.from({ length: length - 1 }, () => [1, 0] as const)], room);
}

function access(random: Random): HistoryStep {
  const page = BigInt(random.between(0, PAGES)) * PAGE;
  const offset = BigInt(random.pick([0, 0, 0, 8, 0x7f8, 0xff8, 0xffc]));
  const address = random.chance(0.03) ? LAST_PAGE + 0xff8n : page + offset;
  const length = random.pick([1, 4, 8, 16, 64, 0x1000, 0x2000, 0x3000]);
  const endpoint = random.pick(HISTORY_ENDPOINTS);
  return {
    kind: 'access',
    endpoint,
    access: random.pick(['read', 'write'] as const),
    address,
    length,
  };
}

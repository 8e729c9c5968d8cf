// Which device a run is about: its options, its endpoints with their reserved regions, what the driver accepts.

import fc from 'fast-check';
import {
  LAST_ADDRESS,
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
} from './naive-numbers.ts';
import type { NaiveRegion } from './naive-regions.ts';
import { granuleOf, type NaiveConfig } from './naive-state.ts';

export interface Scenario {
  readonly config: NaiveConfig;
  /** Regions of the endpoints, which may be more than an endpoint can have. */
  readonly regions: readonly (readonly NaiveRegion[])[];
  /** Which of the offered features the driver accepts. */
  readonly accepts: bigint;
}

/** IDs of the endpoints, in the order of `Scenario.regions`; and IDs that nobody has. */
export const ENDPOINT_IDS = [8, 0x1_0009, 0xffff_ffff] as const;
export const UNKNOWN_ENDPOINT_IDS = [0, 9, 0x8000_0008] as const;

export const VIRTIO_F_INDIRECT_DESC = 1n << 28n;
export const VIRTIO_F_EVENT_IDX = 1n << 29n;

const NEWER_BYPASS =
  VIRTIO_IOMMU_F_INPUT_RANGE |
  VIRTIO_IOMMU_F_DOMAIN_RANGE |
  VIRTIO_IOMMU_F_MAP_UNMAP |
  VIRTIO_IOMMU_F_PROBE |
  VIRTIO_IOMMU_F_MMIO |
  VIRTIO_IOMMU_F_BYPASS_CONFIG;
const OLDER_BYPASS = (NEWER_BYPASS & ~VIRTIO_IOMMU_F_BYPASS_CONFIG) | VIRTIO_IOMMU_F_BYPASS;

/** What addresses are counted in: the page granularity, or 16 bytes where that is a byte. */
export function unitOf(config: NaiveConfig): bigint {
  const granule = granuleOf(config);
  return granule === 1n ? 16n : granule;
}

/** Addresses where something may go wrong: both ends of the space, 2^28, 2^32, and a place in RAM to meet at. */
export function landmarks(unit: bigint): readonly bigint[] {
  return [4n * unit, 0n, (1n << 28n) - 4n * unit, (1n << 32n) - 4n * unit, (1n << 64n) - 8n * unit];
}

const PAGE_SIZE_MASKS = [0xffff_ffff_ffff_f000n, 0x1n, 0x1000n, 0x20_1000n, 0x1_0000n] as const;

const inputRanges: readonly ((unit: bigint) => NaiveConfig['inputRange'])[] = [
  () => ({ start: 0n, end: LAST_ADDRESS }),
  () => ({ start: 0n, end: (1n << 28n) - 1n }),
  () => ({ start: 0n, end: (1n << 32n) - 1n }),
  (unit) => ({ start: 6n * unit, end: (1n << 32n) + 2n * unit - 1n }),
  (unit) => ({ start: 5n * unit + 1n, end: LAST_ADDRESS - unit }),
];

const DOMAIN_RANGES = [
  { start: 0, end: 0xffff },
  { start: 0, end: 0xffff_ffff },
  { start: 2, end: 3 },
] as const;

const ROOMY = { maxDomains: 256, maxMappings: 2000 };
const CAPS = [
  [ROOMY, 5],
  [{ maxDomains: 3, maxMappings: 12 }, 2],
  [{ maxDomains: 2, maxMappings: 5 }, 1],
  [{ maxDomains: 1, maxMappings: 2000 }, 1],
] as const;

/** 33 is more than one property takes; 24 and 32 are exactly one; 3 none at all. */
const PROBE_SIZES = [512, 200, 64, 33, 32, 24, 3] as const;

const POLICIES = ['reject', 'allow', 'per-endpoint', 'allow'] as const;

type Kind = NaiveRegion['kind'] | 'none';

/** A place, and what each endpoint has there: often different things at one place. */
interface RegionShape {
  readonly kinds: readonly Kind[];
  /** Whether all have what the first one has. */
  readonly isCommon: boolean;
  readonly landmark: number;
  readonly page: number;
  readonly pages: number;
  readonly startDelta: number;
  readonly endDelta: number;
  readonly flags: number;
}

const kind = weighted<Kind>([
  ['identity', 4],
  ['none', 4],
  ['reserved', 2],
  ['msi', 2],
]);

const regionShape: fc.Arbitrary<RegionShape> = fc.record({
  kinds: fc.tuple(kind, kind, kind),
  isCommon: weighted([
    [false, 2],
    [true, 1],
  ]),
  landmark: weighted([
    [0, 7],
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
  ]),
  page: fc.nat({ max: 7 }),
  pages: weighted([
    [1, 6],
    [2, 6],
    [3, 6],
    [4, 6],
    [120, 1],
  ]),
  startDelta: weighted([
    [0, 8],
    [1, 1],
    [-1, 1],
  ]),
  endDelta: weighted([
    [0, 8],
    [1, 1],
    [-1, 1],
  ]),
  flags: weighted([
    [3, 4],
    [1, 2],
    [2, 1],
  ]),
});

/** What the endpoint of that index has there: nothing, or a region. */
function toRegions(shape: RegionShape, index: number, unit: bigint): readonly NaiveRegion[] {
  const { kinds, isCommon, landmark, page, pages, startDelta, endDelta, flags } = shape;
  const kind = kinds[isCommon ? 0 : index] ?? 'none';
  if (kind === 'none') return [];
  const base = (landmarks(unit)[landmark] ?? 0n) + BigInt(page) * unit;
  const start = base + BigInt(startDelta);
  const end = base + BigInt(pages) * unit - 1n + BigInt(endDelta);
  const region = {
    kind,
    start: start < 0n ? 0n : start,
    end: end > LAST_ADDRESS ? LAST_ADDRESS : end,
    flags: kind === 'identity' ? flags : 0,
  };
  return [region];
}

/** A choice among values with weights. */
export function weighted<T>(choices: readonly (readonly [T, number])[]): fc.Arbitrary<T> {
  return fc.constantFrom(...choices.flatMap(([value, weight]) => Array<T>(weight).fill(value)));
}

/** Features a driver accepts, by a mask over what is offered; mostly all. */
export const acceptance: fc.Arbitrary<bigint> = fc
  .tuple(
    fc.oneof(
      { weight: 7, arbitrary: fc.constant(0x7fn) },
      { weight: 1, arbitrary: fc.bigInt(0n, 0x7fn) },
      { weight: 2, arbitrary: fc.bigInt(0n, 0x7fn).map((bits) => bits | VIRTIO_IOMMU_F_MAP_UNMAP) },
    ),
    fc.nat({ max: 3 }),
    fc.nat({ max: 3 }),
  )
  .map(
    ([mask, indirect, eventIndex]) =>
      mask |
      (indirect > 0 ? VIRTIO_F_INDIRECT_DESC : 0n) |
      (eventIndex === 1 ? VIRTIO_F_EVENT_IDX : 0n),
  );

/** The accepted ones of what a device offers. */
export function acceptedOf(config: NaiveConfig, accepts: bigint): bigint {
  return accepts & (config.offered | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX);
}

const offer: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(NEWER_BYPASS) },
  { weight: 2, arbitrary: fc.constant(OLDER_BYPASS) },
  { weight: 1, arbitrary: fc.bigInt(0n, 0x7fn).map((bits) => bits & NEWER_BYPASS) },
  { weight: 3, arbitrary: fc.bigInt(0n, 0x7fn).map((bits) => bits | VIRTIO_IOMMU_F_MAP_UNMAP) },
);

const choices = fc.record({
  mask: fc.constantFrom(...PAGE_SIZE_MASKS),
  inputRange: fc.constantFrom(...inputRanges),
  domainRange: fc.constantFrom(...DOMAIN_RANGES),
  offered: offer,
  accepts: acceptance,
  probeSize: weighted(PROBE_SIZES.map((size) => [size, size > 100 ? 4 : 1])),
  bootBypass: fc.boolean(),
  identityPolicy: fc.constantFrom(...POLICIES),
  caps: weighted(CAPS),
  regions: fc.array(regionShape, { maxLength: 5, size: 'max' }),
});

/** Any device, any driver. */
export const scenario: fc.Arbitrary<Scenario> = choices.map((choice) => {
  // virtio 1.2, 5.13.3.2: the two are never offered together
  const isNewer = (choice.offered & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n;
  const config = {
    pageSizeMask: choice.mask,
    domainRange: choice.domainRange,
    offered: isNewer ? choice.offered & ~VIRTIO_IOMMU_F_BYPASS : choice.offered,
    probeSize: choice.probeSize,
    bootBypass: choice.bootBypass,
    identityPolicy: choice.identityPolicy,
    ...choice.caps,
    inputRange: { start: 0n, end: LAST_ADDRESS },
  };
  const unit = unitOf(config);
  return {
    config: { ...config, inputRange: choice.inputRange(unit) },
    regions: ENDPOINT_IDS.map((_, index) =>
      choice.regions.flatMap((shape) => toRegions(shape, index, unit)),
    ),
    accepts: choice.accepts,
  };
});

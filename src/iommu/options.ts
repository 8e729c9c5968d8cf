// What the builder of a machine may choose about its virtio-iommu.

import type { ConfigFields } from './protocol/config-fields.ts';
import type { Dialect, DialectName } from './protocol/dialect.ts';
import { DIALECT_NAMES, dialectOf } from './protocol/dialects.ts';
import { featureNames } from './protocol/feature-names.ts';
import {
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_PROBE,
} from './protocol/protocol.ts';

/**
 * What becomes of two endpoints in one domain when one has an identity region where the other has nothing, so that the
 * other could reach firmware's memory: `reject` refuses the ATTACH with UNSUPP; `allow` opens the region to both;
 * `per-endpoint` keeps it to the endpoint that has it, as a second stage of translation would.
 */
export type IdentityPolicy = 'allow' | 'reject' | 'per-endpoint';

export const IDENTITY_POLICIES: readonly IdentityPolicy[] = ['allow', 'reject', 'per-endpoint'];

/** Everything that can be chosen; `resolveOptions` fills in what is left out. */
export interface IommuOptions extends ConfigFields {
  /** Page sizes as a bit mask; the lowest bit is the page granularity in bytes. */
  readonly pageSizeMask: bigint;
  /** IOVAs that MAP accepts, inclusive. Enforced and shown only when VIRTIO_IOMMU_F_INPUT_RANGE is offered. */
  readonly inputRange: { readonly start: bigint; readonly end: bigint };
  /**
   * Domain IDs that ATTACH accepts, inclusive. Only with VIRTIO_IOMMU_F_DOMAIN_RANGE. Drafts tell their number of bits
   * instead, so that the range must be 0 to a power of two less one.
   */
  readonly domainRange: { readonly start: number; readonly end: number };
  /** Offered device-specific feature bits. Default: what the released protocol's default and the dialect share. */
  readonly features: bigint;
  /** Bytes of properties in a PROBE reply. */
  readonly probeSize: number;
  /** Value of the configuration field `bypass` after a system reset. */
  readonly bootBypass: boolean;
  /** Default `reject`: the only one that neither opens firmware's memory nor bends what a domain is. */
  readonly identityPolicy: IdentityPolicy;
  /**
   * Maximum size of the request queue, a power of two up to 1024; the longest chain without an indirect table. Default
   * 256. A driver can make the device read the square of it in descriptors for one notification.
   */
  readonly requestQueueSize: number;
  /** The version of the protocol that the driver speaks. Default `1.2`. */
  readonly dialect: DialectName;
}

// virtio 1.2, 5.13.3.2: BYPASS SHOULD NOT be offered; MMIO mappings make no sense for endpoints that reach RAM only.
const DEFAULT_FEATURES =
  VIRTIO_IOMMU_F_INPUT_RANGE |
  VIRTIO_IOMMU_F_DOMAIN_RANGE |
  VIRTIO_IOMMU_F_MAP_UNMAP |
  VIRTIO_IOMMU_F_PROBE |
  VIRTIO_IOMMU_F_BYPASS_CONFIG;

/**
 * 4 KiB pages and a 32-bit IOVA space, as a 32-bit Linux wants them. Larger pages are hints (virtio 1.2, 5.13.4), and
 * there are none: Linux would cut what it maps and unmaps into such pages (iommu_pgsize), 28 KiB into three pieces, while to
 * the store a range of any length is one mapping. Domain IDs start at 0: Linux's
 * `viommu_detach_dev` names domain 0 when it leaves its static identity domain.
 */
export const DEFAULT_IOMMU_OPTIONS: IommuOptions = {
  pageSizeMask: 0x1000n,
  inputRange: { start: 0n, end: 0xffff_ffffn },
  domainRange: { start: 0, end: 0xffff },
  features: DEFAULT_FEATURES,
  probeSize: 512,
  bootBypass: true,
  identityPolicy: 'reject',
  requestQueueSize: 256,
  dialect: '1.2',
};

const REQUEST_QUEUE_MAX = 1024;
const U64_SPAN = 1n << 64n;
const U32_MAX = 0xffff_ffff;
/** Keeps a PROBE reply, which the device builds in one piece, small. */
export const PROBE_SIZE_MAX = 65_536;

/** An option that can not be as it is, and what is wrong with it, as in "must be a 64-bit mask, not 0". */
export interface OptionProblem {
  readonly option: keyof IommuOptions;
  readonly claim: string;
}

/** The chosen options with defaults; throws `RangeError` in words for what can not be offered. */
export function resolveOptions(chosen: Partial<IommuOptions> = {}): IommuOptions {
  const [problem] = optionProblems(chosen);
  if (problem !== undefined) {
    throw new RangeError(`virtio-iommu: ${problem.option} ${problem.claim}`);
  }
  return withDefaults(chosen, dialectOf(chosen.dialect ?? DEFAULT_IOMMU_OPTIONS.dialect));
}

function withDefaults(chosen: Partial<IommuOptions>, dialect: Dialect): IommuOptions {
  return { ...DEFAULT_IOMMU_OPTIONS, features: DEFAULT_FEATURES & dialect.features, ...chosen };
}

/** What is wrong with the chosen options; nothing: they can be offered. */
export function optionProblems(chosen: Partial<IommuOptions>): readonly OptionProblem[] {
  const name = chosen.dialect ?? DEFAULT_IOMMU_OPTIONS.dialect;
  if (!DIALECT_NAMES.includes(name)) {
    return [{ option: 'dialect', claim: `must be one of ${DIALECT_NAMES.join(', ')}` }];
  }
  const dialect = dialectOf(name);
  const options = withDefaults(chosen, dialect);
  const { pageSizeMask, inputRange, domainRange, features, probeSize } = options;
  const problems: OptionProblem[] = [];
  const check = (condition: boolean, option: keyof IommuOptions, claim: string): void => {
    if (!condition) problems.push({ option, claim });
  };
  // virtio 1.2, 5.13.4.2: at least one bit MUST be set
  check(
    isU64(pageSizeMask) && pageSizeMask > 0n,
    'pageSizeMask',
    'must be a 64-bit mask with at least one bit set, not 0',
  );
  check(
    isU64(inputRange.start) && isU64(inputRange.end) && inputRange.start <= inputRange.end,
    'inputRange',
    'must go from a 64-bit start to an end not below it',
  );
  check(
    isU32(domainRange.start) && isU32(domainRange.end) && domainRange.start <= domainRange.end,
    'domainRange',
    'must go from a 32-bit start to an end not below it',
  );
  const unknown = features & ~dialect.features;
  const names = featureNames(unknown).join(', ');
  check(
    unknown === 0n,
    'features',
    `must not have ${names === '' ? `0x${unknown.toString(16)}` : names}: unknown bits for dialect ${name}`,
  );
  // virtio 1.2, 5.13.3.2: never both, the newer supersedes the older
  const both = VIRTIO_IOMMU_F_BYPASS | VIRTIO_IOMMU_F_BYPASS_CONFIG;
  check(
    (features & both) !== both,
    'features',
    'must not hold both BYPASS and BYPASS_CONFIG: leave one out',
  );
  check(
    isU32(probeSize) && probeSize > 0 && probeSize <= PROBE_SIZE_MAX,
    'probeSize',
    `must be a whole number from 1 to ${PROBE_SIZE_MAX}`,
  );
  check(
    IDENTITY_POLICIES.includes(options.identityPolicy),
    'identityPolicy',
    `must be one of ${IDENTITY_POLICIES.join(', ')}`,
  );
  check(
    isQueueSize(options.requestQueueSize),
    'requestQueueSize',
    `must be a power of two from 1 to ${REQUEST_QUEUE_MAX}`,
  );
  const objection = dialect.objectionToDomainRange(options);
  if (objection !== undefined) check(false, 'domainRange', objection);
  return problems;
}

function isQueueSize(size: number): boolean {
  return (
    Number.isInteger(size) && size > 0 && size <= REQUEST_QUEUE_MAX && (size & (size - 1)) === 0
  );
}

function isU64(value: bigint): boolean {
  return value >= 0n && value < U64_SPAN;
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= U32_MAX;
}

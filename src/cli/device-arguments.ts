// From the words of the command line to the device that `viommu device` shall be, with a sentence for every mistake.

import type { IommuOptions } from '../iommu/options.ts';
import {
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
} from '../iommu/protocol.ts';
import type { ReservedRegion } from '../iommu/reserved-regions.ts';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from '../iommu/store-limits.ts';
import {
  featureNames,
  readChoice,
  readCount,
  readEndpoints,
  readFeatures,
  readIdentityPolicy,
  readMask,
  readRange32,
  readRange64,
  readReserved,
} from './device-options.ts';
import { parseUnsigned } from './number-text.ts';
import { GivenOptions } from './option-words.ts';
import { UsageError } from './usage-error.ts';

/** An endpoint and the regions that the command line gives it. */
export interface EndpointChoice {
  readonly id: number;
  readonly regions: readonly ReservedRegion[];
}

/** Format of both rings. */
export type Ring = 'split' | 'packed';

export interface DeviceArguments {
  readonly options: Partial<IommuOptions>;
  /** Features that the driver accepts; default: all that are offered. */
  readonly accepts: bigint | undefined;
  readonly endpoints: readonly EndpointChoice[];
  readonly ring: Ring;
  readonly memoryMiB: number;
  readonly eventBuffers: number;
  readonly limits: StoreLimits;
  readonly isHelp: boolean;
}

const OPTIONS = {
  'page-size-mask': { type: 'string' },
  'input-range': { type: 'string' },
  'domain-range': { type: 'string' },
  endpoints: { type: 'string' },
  offer: { type: 'string' },
  accept: { type: 'string' },
  'probe-size': { type: 'string' },
  'boot-bypass': { type: 'string' },
  resv: { type: 'string', isRepeatable: true },
  'identity-policy': { type: 'string' },
  memory: { type: 'string' },
  'event-buffers': { type: 'string' },
  ring: { type: 'string' },
  'max-domains': { type: 'string' },
  'max-mappings': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
type OptionName = keyof typeof OPTIONS;

/** Everything but BYPASS, which a device that has BYPASS_CONFIG does not offer (virtio 1.2, 5.13.3.2). */
const DEFAULT_OFFER =
  VIRTIO_IOMMU_F_INPUT_RANGE |
  VIRTIO_IOMMU_F_DOMAIN_RANGE |
  VIRTIO_IOMMU_F_MAP_UNMAP |
  VIRTIO_IOMMU_F_PROBE |
  VIRTIO_IOMMU_F_MMIO |
  VIRTIO_IOMMU_F_BYPASS_CONFIG;

/** So long that the longest request can be cut into single bytes without an indirect table. */
const REQUEST_QUEUE_SIZE = 1024;
const MAX_MEMORY_MIB = 1024;
const EVENT_QUEUE_SIZE = 64;
const MAX_PROBE_SIZE = 65_536;
const MAX_DOMAINS = 65_536;
/** So few that the answer to `state` is a string that a program can hold. */
const MAX_MAPPINGS = 1_048_576;

/** Reads the words after `viommu device`. Throws `UsageError`. */
export function parseDeviceArguments(words: readonly string[]): DeviceArguments {
  const given = new GivenOptions<OptionName>(words, {
    command: 'device',
    options: OPTIONS,
    strayAdvice: 'Lists are written without spaces: --endpoints 8,9',
  });
  const count = (name: OptionName, [min, max]: readonly [number, number], otherwise: number) =>
    given.value(name, (text) => readCount(name, text, min, max), otherwise);
  const offered = given.value('offer', (text) => readFeatureList(text, 'offer'), DEFAULT_OFFER);
  return {
    options: {
      pageSizeMask: given.value('page-size-mask', readMask, 0xffff_f000n),
      inputRange: given.value('input-range', readRange64, { start: 0n, end: 0xffff_ffffn }),
      domainRange: given.value('domain-range', readRange32, { start: 0, end: 0xffff_ffff }),
      features: checkOffer(offered),
      probeSize: count('probe-size', [1, MAX_PROBE_SIZE], 512),
      bootBypass: given.value('boot-bypass', readSwitch, true),
      identityPolicy: given.value('identity-policy', readIdentityPolicy, 'reject'),
      requestQueueSize: REQUEST_QUEUE_SIZE,
    },
    accepts: given.value('accept', (text) => readAccepted(text, offered), undefined),
    endpoints: collectEndpoints(
      given.value('endpoints', readEndpoints, [8, 9, 0x108]),
      given.texts('resv'),
    ),
    ring: given.value('ring', readRing, 'split'),
    memoryMiB: count('memory', [1, MAX_MEMORY_MIB], 16),
    eventBuffers: count('event-buffers', [0, EVENT_QUEUE_SIZE], 0),
    limits: {
      maxDomains: count('max-domains', [1, MAX_DOMAINS], DEFAULT_STORE_LIMITS.maxDomains),
      maxMappings: count('max-mappings', [1, MAX_MAPPINGS], DEFAULT_STORE_LIMITS.maxMappings),
    },
    isHelp: given.has('help'),
  };
}

function readFeatureList(text: string, option: string): bigint {
  return text === 'none' ? 0n : readFeatures(text, option);
}

function checkOffer(offered: bigint): bigint {
  const both = VIRTIO_IOMMU_F_BYPASS | VIRTIO_IOMMU_F_BYPASS_CONFIG;
  if ((offered & both) !== both) return offered;
  throw new UsageError(
    '--offer names bypass and bypass-config, and a device has one or the other: bypass-config replaces bypass. Leave one out.',
  );
}

function readAccepted(text: string, offered: bigint): bigint {
  const accepted = readFeatureList(text, 'accept');
  const missing = accepted & ~offered;
  if (missing === 0n) return accepted;
  throw new UsageError(
    `--accept names ${featureNames(missing)}, which the device does not offer. It offers: ${featureNames(offered) || 'nothing'}.`,
  );
}

function readSwitch(text: string): boolean {
  return readChoice('boot-bypass', text, ['on', 'off']) === 'on';
}

function readRing(text: string): Ring {
  return readChoice('ring', text, ['split', 'packed']);
}

function collectEndpoints(
  ids: readonly number[],
  resvTexts: readonly string[],
): readonly EndpointChoice[] {
  const regions = new Map<number, ReservedRegion[]>(ids.map((id) => [id, []]));
  for (const text of resvTexts) {
    const { endpoint, region } = readReserved(text);
    const id = parseUnsigned(endpoint, 32);
    const known = id === undefined ? undefined : regions.get(Number(id));
    if (known === undefined) {
      throw new UsageError(
        `--resv names endpoint "${endpoint}", and there is none. There are: ${ids.join(', ')}; --endpoints chooses them.`,
      );
    }
    known.push(region);
  }
  return ids.map((id) => ({ id, regions: regions.get(id) ?? [] }));
}

// From the words of the command line to the device that `viommu device` shall be, with a sentence for every mistake.

import type { DialectName } from '../../iommu/protocol/dialect.ts';
import { dialectOf } from '../../iommu/protocol/dialects.ts';
import type { IommuOptions } from '../../iommu/options.ts';
import {
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
} from '../../iommu/protocol/protocol.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from '../../iommu/store/store-limits.ts';
import {
  DEVICE_FORMS,
  readChoice,
  readCount,
  readDialect,
  readEndpoints,
  readFeatures,
  readIommuOptions,
  readReserved,
} from '../device-options.ts';
import { featureNames } from '../../iommu/protocol/feature-names.ts';
import { parseUnsigned } from '../number-text.ts';
import { readOptions, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

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

const FORMS = {
  ...DEVICE_FORMS,
  endpoints: { type: 'string' },
  dialect: { type: 'string' },
  accept: { type: 'string' },
  'boot-bypass': { type: 'string' },
  ring: { type: 'string' },
  memory: { type: 'string' },
  'event-buffers': { type: 'string' },
  'max-domains': { type: 'string' },
  'max-mappings': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;
type OptionName = keyof typeof FORMS;

const DEVICE = {
  command: 'device',
  forms: FORMS,
  strayAdvice: 'Lists are written without spaces: --endpoints 8,9',
} as const;

/** Of what the dialect has, everything but BYPASS, which a device that has BYPASS_CONFIG does not offer (virtio 1.2, 5.13.3.2). */
const DEFAULT_OFFER =
  VIRTIO_IOMMU_F_INPUT_RANGE |
  VIRTIO_IOMMU_F_DOMAIN_RANGE |
  VIRTIO_IOMMU_F_MAP_UNMAP |
  VIRTIO_IOMMU_F_PROBE |
  VIRTIO_IOMMU_F_MMIO |
  VIRTIO_IOMMU_F_BYPASS_CONFIG;

const DEFAULTS = {
  pageSizeMask: 0xffff_f000n,
  inputRange: { start: 0n, end: 0xffff_ffffn },
  domainRange: { start: 0, end: 0xffff_ffff },
  probeSize: 512,
  identityPolicy: 'reject',
  // So long that the longest request can be cut into single bytes without an indirect table
  requestQueueSize: 1024,
} satisfies Partial<IommuOptions>;
const MAX_MEMORY_MIB = 1024;
const EVENT_QUEUE_SIZE = 64;
const MAX_DOMAINS = 65_536;
/** So few that the answer to `state` is a string that a program can hold. */
const MAX_MAPPINGS = 1_048_576;

/** Reads the words after `viommu device`. Throws `UsageError`. */
export function parseDeviceArguments(words: readonly string[]): DeviceArguments {
  const given = readOptions<OptionName>(DEVICE, words);
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const valueOf = <T>(name: OptionName, read: (text: string) => T, otherwise: T): T => {
    const text = values.get(name);
    return text === undefined ? otherwise : read(text);
  };
  const count = (name: OptionName, [min, max]: readonly [number, number], otherwise: number) =>
    valueOf(name, (text) => readCount(name, text, min, max), otherwise);
  const bootBypass = valueOf('boot-bypass', readSwitch, true);
  const dialect = valueOf('dialect', readDialect, '1.2');
  const features = DEFAULT_OFFER & dialectOf(dialect).features;
  const options = { ...DEFAULTS, features, ...readIommuOptions(values), bootBypass, dialect };
  const offered = options.features;
  checkOffer(offered, dialect);
  return {
    options,
    accepts: valueOf('accept', (text) => readAccepted(text, offered), undefined),
    endpoints: collectEndpoints(
      valueOf('endpoints', readEndpoints, [8, 9, 0x108]),
      given.flatMap(({ name, value }) => (name === 'resv' ? [value] : [])),
    ),
    ring: valueOf('ring', readRing, 'split'),
    memoryMiB: count('memory', [1, MAX_MEMORY_MIB], 16),
    eventBuffers: count('event-buffers', [0, EVENT_QUEUE_SIZE], 0),
    limits: {
      maxDomains: count('max-domains', [1, MAX_DOMAINS], DEFAULT_STORE_LIMITS.maxDomains),
      maxMappings: count('max-mappings', [1, MAX_MAPPINGS], DEFAULT_STORE_LIMITS.maxMappings),
    },
    isHelp: values.has('help'),
  };
}

function checkOffer(offered: bigint, dialect: DialectName): void {
  const { features } = dialectOf(dialect);
  const unknown = offered & ~features;
  if (unknown === 0n) return;
  throw new UsageError(
    `--offer names ${featureNames(unknown).join(', ')}, which the dialect ${dialect} does not have. It has: ${featureNames(features).join(', ')}.`,
  );
}

function readAccepted(text: string, offered: bigint): bigint {
  const accepted = readFeatures(text, 'accept');
  const missing = accepted & ~offered;
  if (missing === 0n) return accepted;
  throw new UsageError(
    `--accept names ${featureNames(missing).join(', ')}, which the device does not offer. It offers: ${featureNames(offered).join(', ') || 'nothing'}.`,
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

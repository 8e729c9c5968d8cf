// The options that choose what the virtio-iommu is, the same for every command: from text to values, with a sentence
// for each mistake.

import type { DialectName } from '../iommu/protocol/dialect.ts';
import { DIALECT_NAMES } from '../iommu/protocol/dialects.ts';
import { FEATURES } from '../iommu/protocol/feature-names.ts';
import {
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../iommu/protocol/protocol.ts';
import {
  IDENTITY_POLICIES,
  PROBE_SIZE_MAX,
  type IdentityPolicy,
  type IommuOptions,
} from '../iommu/options.ts';
import type { ReservedRegion } from '../iommu/regions/reserved-regions.ts';
import { toIova } from '../memory/address.ts';
import { parseUnsigned } from './number-text.ts';
import type { OptionForms } from './option-words.ts';
import { didYouMean } from '../base/suggestion.ts';
import { UsageError } from './usage-error.ts';

/** The options that choose what the device is. */
export const DEVICE_FORMS = {
  'page-size-mask': { type: 'string' },
  'input-range': { type: 'string' },
  'domain-range': { type: 'string' },
  offer: { type: 'string' },
  'probe-size': { type: 'string' },
  resv: { type: 'string', isRepeatable: true },
  'identity-policy': { type: 'string' },
} as const satisfies OptionForms<string>;

// virtio 1.2, 5.13.3.2: never both
const EITHER_BYPASS = VIRTIO_IOMMU_F_BYPASS | VIRTIO_IOMMU_F_BYPASS_CONFIG;

/** Names of features, separated by commas, or none, as the set of their bits; `option` is without its hyphens. */
export function readFeatures(text: string, option = 'offer'): bigint {
  if (text === 'none') return 0n;
  const names = [...FEATURES.keys()];
  const features = text.split(',').reduce((bits, name) => {
    const bit = FEATURES.get(name);
    if (bit === undefined) {
      throw new UsageError(
        `--${option} takes names of features separated by commas, and "${name}" is none.${didYouMean(name, names)} There are: ${names.join(', ')}.`,
      );
    }
    return bits | bit;
  }, 0n);
  if ((features & EITHER_BYPASS) === EITHER_BYPASS) {
    throw new UsageError(
      `--${option} takes bypass or bypass-config, not both: the second supersedes the first. Leave out one of them.`,
    );
  }
  return features;
}

/** `--page-size-mask`: a 64-bit mask that is not 0. */
export function readMask(text: string): bigint {
  const mask = parseUnsigned(text, 64);
  if (mask !== undefined && mask > 0n) return mask;
  throw new UsageError(
    `--page-size-mask takes a 64-bit mask of page sizes that is not 0, not "${text}". Example for pages of 4 KiB and more: --page-size-mask 0xfffffffffffff000`,
  );
}

/** `--input-range`: START:END, inclusive, 64 bits. */
export function readRange64(text: string): { readonly start: bigint; readonly end: bigint } {
  const range = parseRange(text, ':', 64);
  if (range !== undefined) return range;
  throw new UsageError(
    `--input-range takes START:END, the first and the last IOVA, not "${text}". Example: --input-range 0:0x0fffffff`,
  );
}

/** `--domain-range`: START:END, inclusive, 32 bits. */
export function readRange32(text: string): { readonly start: number; readonly end: number } {
  const range = parseRange(text, ':', 32);
  if (range !== undefined) return { start: Number(range.start), end: Number(range.end) };
  throw new UsageError(
    `--domain-range takes START:END, the first and the last domain ID of 32 bits, not "${text}". Example: --domain-range 0:0xffff`,
  );
}

/** `--endpoints`: IDs of endpoints, separated by commas. */
export function readEndpoints(text: string): readonly number[] {
  const ids = text.split(',').map((word) => {
    const id = parseUnsigned(word, 32);
    if (id !== undefined) return Number(id);
    throw new UsageError(
      `--endpoints takes IDs of 32 bits separated by commas, and "${word}" is none. Example: --endpoints 8,0x1001`,
    );
  });
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice === undefined) return ids;
  throw new UsageError(`--endpoints names ${twice} twice. Name it once.`);
}

/** A reserved region and whose it is: an endpoint's ID or name, not looked up yet. */
export interface ReservedOption {
  readonly endpoint: string;
  readonly region: ReservedRegion;
}

const RIGHTS: ReadonlyMap<string | undefined, number> = new Map([
  ['r', VIRTIO_IOMMU_MAP_F_READ],
  ['w', VIRTIO_IOMMU_MAP_F_WRITE],
  ['rw', VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE],
  [undefined, VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE],
]);
const RESV_EXAMPLE = 'Example for endpoint 8: --resv 8:0x8000000-0x80fffff:reserved';

/** `--resv`: ENDPOINT:START-END:reserved, :msi or :identity, which may have :r, :w or :rw (the default) after it. */
export function readReserved(text: string): ReservedOption {
  const [endpoint, rangeText, kind, rights, ...rest] = text.split(':');
  if (endpoint === undefined || endpoint === '' || rangeText === undefined || rest.length > 0) {
    throw new UsageError(`--resv takes ENDPOINT:START-END:KIND, not "${text}". ${RESV_EXAMPLE}`);
  }
  const bounds = parseRange(rangeText, '-', 64);
  if (bounds === undefined) {
    throw new UsageError(
      `--resv needs START-END, the first and the last IOVA of the region, not "${rangeText}". ${RESV_EXAMPLE}`,
    );
  }
  const range = { start: toIova(bounds.start), end: toIova(bounds.end) };
  if ((kind === 'reserved' || kind === 'msi') && rights === undefined) {
    return { endpoint, region: { kind, ...range } };
  }
  const flags = RIGHTS.get(rights);
  if (kind === 'identity' && flags !== undefined) {
    return { endpoint, region: { kind, ...range, flags } };
  }
  const found = [kind, rights].filter((word) => word !== undefined).join(':');
  throw new UsageError(
    `--resv takes reserved, msi, identity, identity:r, identity:w or identity:rw after the range, not "${found}". ${RESV_EXAMPLE}`,
  );
}

/** `--identity-policy`: what becomes of an endpoint that would gain another's identity region. */
export function readIdentityPolicy(text: string): IdentityPolicy {
  return readChoice('identity-policy', text, IDENTITY_POLICIES);
}

/** `--dialect`: the version of the protocol that the device speaks. */
export function readDialect(text: string): DialectName {
  // virtio 1.3 and 1.4 did not change the device
  if (text === '1.3' || text === '1.4') return '1.2';
  return readChoice('dialect', text, DIALECT_NAMES);
}

/** `--probe-size`: bytes of properties in a PROBE reply. */
export function readProbeSize(text: string): number {
  return readCount('probe-size', text, 1, PROBE_SIZE_MAX);
}

/** The value of an option that takes a whole number from `min` to `max`; `name` is without its hyphens. */
export function readCount(name: string, text: string, min: number, max: number): number {
  const value = parseUnsigned(text, 64);
  if (value !== undefined && value >= BigInt(min) && value <= BigInt(max)) return Number(value);
  throw new UsageError(
    `--${name} takes a whole number from ${min} to ${max}, not "${text}". Example: --${name} ${min}`,
  );
}

/** The value of an option that takes one of a few words; `name` is without its hyphens. */
export function readChoice<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  const list = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  throw new UsageError(`--${name} takes ${list}, not "${text}".${didYouMean(text, choices)}`);
}

function parseRange(
  text: string,
  separator: string,
  bits: number,
): { readonly start: bigint; readonly end: bigint } | undefined {
  const [start, end, ...rest] = text.split(separator).map((word) => parseUnsigned(word, bits));
  if (start === undefined || end === undefined || rest.length > 0) return undefined;
  return start <= end ? { start, end } : undefined;
}

const CHOOSES: Readonly<Record<string, (text: string) => Partial<IommuOptions>>> = {
  'page-size-mask': (text) => ({ pageSizeMask: readMask(text) }),
  'input-range': (text) => ({ inputRange: readRange64(text) }),
  'domain-range': (text) => ({ domainRange: readRange32(text) }),
  offer: (text) => ({ features: readFeatures(text) }),
  'probe-size': (text) => ({ probeSize: readProbeSize(text) }),
  'identity-policy': (text) => ({ identityPolicy: readIdentityPolicy(text) }),
};

/** What the options of `DEVICE_FORMS` choose, by their names; `--resv` is for `readReserved`. Throws `UsageError`. */
export function readIommuOptions(values: ReadonlyMap<string, string>): Partial<IommuOptions> {
  return Object.entries(CHOOSES).reduce((options, [name, choose]) => {
    const text = values.get(name);
    return text === undefined ? options : { ...options, ...choose(text) };
  }, {});
}

/** Whether a switch is on; `option` is without its hyphens. Throws `UsageError`. */
export function readSwitch(option: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--${option} takes on or off, not "${text}".`);
}

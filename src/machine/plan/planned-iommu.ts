// The IOMMU of a plan: from what JSON holds to what the device is built from, and back.

import { didYouMean } from '../../base/suggestion.ts';
import {
  IDENTITY_POLICIES,
  optionProblems,
  resolveOptions,
  type IommuOptions,
} from '../../iommu/options.ts';
import { DIALECT_NAMES } from '../../iommu/protocol/dialects.ts';
import { FEATURES, featureNames } from '../../iommu/protocol/feature-names.ts';
import {
  IOMMU_MODES,
  type IommuMode,
  type MachinePlan,
  type PlannedIommu,
} from './machine-plan.ts';
import {
  readChoice,
  readFields,
  readSwitch,
  readText,
  readWhole,
  readWord,
  wordText,
} from './plan-fields.ts';
import { checkAll, PlanError, refuseField } from './plan-problem.ts';
import { HIGHEST_IOVA } from './topology.ts';

const U32_MAX = 0xffff_ffff;

/** How each option is read, by its name. */
const READERS = {
  features: readFeatures,
  pageSizeMask: readWord,
  inputRange: (value: unknown, path: string) => readRange(value, path, readWord),
  domainRange: (value: unknown, path: string) =>
    readRange(value, path, (bound, at) => readWhole(bound, at, 0, U32_MAX)),
  probeSize: (value: unknown, path: string) => readWhole(value, path, 0, U32_MAX),
  bootBypass: readSwitch,
  identityPolicy: (value: unknown, path: string) => readChoice(value, path, IDENTITY_POLICIES),
  requestQueueSize: (value: unknown, path: string) => readWhole(value, path, 0, U32_MAX),
  dialect: (value: unknown, path: string) => readChoice(value, path, DIALECT_NAMES),
} as const satisfies Record<keyof IommuOptions, (value: unknown, path: string) => unknown>;

/** The IOMMU with defaults filled in. Throws `PlanError` for a device that can not be built. */
export function readIommu(value: unknown): PlannedIommu {
  const fields = readFields(value, 'iommu', ['mode', ...Object.keys(READERS)]);
  const mode = (): IommuMode =>
    fields.has('mode') ? readChoice(fields.get('mode'), 'iommu.mode', IOMMU_MODES) : 'translated';
  const readers = Object.entries(READERS).filter(([name]) => fields.has(name));
  const chosen = readers.map(
    ([name, read]) =>
      () =>
        [name, read(fields.get(name), `iommu.${name}`)] as const,
  );
  checkAll(mode, ...chosen);
  const { features, pageSizeMask, inputRange, ...options } = offered(
    Object.fromEntries(chosen.map((read) => read())),
  );
  return {
    mode: mode(),
    features: featureNames(features),
    pageSizeMask: wordText(pageSizeMask),
    inputRange: { start: wordText(inputRange.start), end: wordText(inputRange.end) },
    ...options,
  };
}

/** The options of a device. Throws `PlanError` for one that can not be built. */
function offered(chosen: Partial<IommuOptions>): IommuOptions {
  const all = { inputRange: { start: 0n, end: HIGHEST_IOVA }, ...chosen };
  const [first, ...more] = optionProblems(all).map(({ option, claim }) => ({
    path: `iommu.${option}`,
    words: `This ${claim}.`,
    message: `The IOMMU cannot be built as asked: its ${option} ${claim}.`,
  }));
  if (first !== undefined) throw new PlanError([first, ...more]);
  return resolveOptions(all);
}

/** What the machine's IOMMU device is built from. */
export function iommuOptionsOf({ iommu }: MachinePlan): IommuOptions {
  const { mode: _mode, features, pageSizeMask, inputRange, ...options } = iommu;
  return {
    ...options,
    features: featureBits(features, 'iommu.features'),
    pageSizeMask: BigInt(pageSizeMask),
    inputRange: { start: BigInt(inputRange.start), end: BigInt(inputRange.end) },
  };
}

function readRange<T>(
  value: unknown,
  path: string,
  read: (bound: unknown, path: string) => T,
): { readonly start: T; readonly end: T } {
  const fields = readFields(value, path, ['start', 'end']);
  const start = (): T => read(fields.get('start'), `${path}.start`);
  const end = (): T => read(fields.get('end'), `${path}.end`);
  checkAll(start, end);
  return { start: start(), end: end() };
}

function readFeatures(value: unknown, path: string): bigint {
  return Array.isArray(value) ? featureBits(value, path) : readWord(value, path);
}

function featureBits(names: readonly unknown[], path: string): bigint {
  const known = [...FEATURES.keys()];
  return names.reduce<bigint>((bits, each) => {
    const name = readText(each, path);
    const bit = FEATURES.get(name);
    if (bit !== undefined) return bits | bit;
    const advice = `"${name}", which is no feature.${didYouMean(name, known)} There are ${known.join(', ')}.`;
    return refuseField(path, `This names ${advice}`, `The plan's ${path} names ${advice}`);
  }, 0n);
}

// The options that choose a machine, the same for every command that boots one.

import type { OwnImages } from '../guest/guest-files.ts';
import { MAX_MEMORY_MIB, MIN_MEMORY_MIB, checkMemory } from '../machine/images/guest-images.ts';
import {
  CLOCK_SOURCES,
  IOMMU_MODES,
  TABLE_CHOICES,
  type IommuMode,
  type PlanChoices,
  type RegionChoice,
  type RegionChoices,
} from '../machine/plan/machine-plan.ts';
import { planProblems, readPlan } from '../machine/plan/plan-check.ts';
import { findEndpoint, noSuchEndpoint } from '../machine/plan/topology.ts';
import {
  DEVICE_FORMS,
  readChoice,
  readCount,
  readIommuOptions,
  readReserved,
  readSwitch,
} from './device-options.ts';
import { parseUnsigned } from './number-text.ts';
import type { GivenOption, OptionForms } from './option-words.ts';
import { UsageError } from './usage-error.ts';

/** What the options choose of a machine, on top of a plan. */
export interface MachineArguments {
  readonly choices: PlanChoices;
  readonly planFile: string | undefined;
  /** Images of the user's, by path. */
  readonly files: OwnImages;
  /** A file or a folder to share. */
  readonly sharePath: string | undefined;
}

export const MACHINE_FORMS = {
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  disk: { type: 'string' },
  share: { type: 'string' },
  plan: { type: 'string' },
  seed: { type: 'string' },
  clock: { type: 'string' },
  append: { type: 'string' },
  memory: { type: 'string' },
  iommu: { type: 'string' },
  edu: { type: 'string' },
  'edu-dma-mask': { type: 'string' },
  'boot-bypass': { type: 'string' },
  ...DEVICE_FORMS,
  tables: { type: 'string' },
} as const satisfies OptionForms<string>;

const U32_MAX = 0xffff_ffff;

/** Throws `UsageError`, or `InputError` for a memory size. */
export function readMachineOptions(given: readonly GivenOption<string>[]): MachineArguments {
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const valueOf = <T>(
    name: keyof typeof MACHINE_FORMS,
    read: (text: string) => T,
  ): T | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : read(text);
  };
  const mode = valueOf('iommu', (text) => readChoice('iommu', text, IOMMU_MODES));
  checkDeviceIsThere(mode, values);
  const edu = valueOf('edu', (text) => readSwitch('edu', text));
  const choices: PlanChoices = {
    append: values.get('append'),
    memoryMiB: valueOf('memory', readMemory),
    iommu: {
      mode,
      bootBypass: valueOf('boot-bypass', (text) => readSwitch('boot-bypass', text)),
      ...readIommuOptions(values),
    },
    endpoints: edu === undefined ? undefined : { edu },
    edu: valueOf('edu-dma-mask', (text) => ({ dmaMask: readDmaMask(text) })),
    reservedRegions: readRegions(given),
    tables: valueOf('tables', (text) => readChoice('tables', text, TABLE_CHOICES)),
    seed: valueOf('seed', (text) => readCount('seed', text, 0, U32_MAX)),
    clock: valueOf('clock', (text) => readChoice('clock', text, CLOCK_SOURCES)),
  };
  const planFile = values.get('plan');
  // What is wrong without a plan below it is said before anything is read.
  if (planFile === undefined) readPlan(choices);
  return {
    choices,
    planFile,
    files: {
      kernel: values.get('kernel'),
      initrd: values.get('initrd'),
      disk: values.get('disk'),
    },
    sharePath: values.get('share'),
  };
}

/** The ID of the machine's endpoint with this name, or with this number as ID. Throws `UsageError`. */
export function findEndpointId(text: string): number {
  const endpoint = findEndpoint(text);
  if (endpoint !== undefined) return endpoint.id;
  throw new UsageError(noSuchEndpoint(text));
}

/** What the device is, and how the guest is told of it, says nothing where there is none. */
function checkDeviceIsThere(
  mode: IommuMode | undefined,
  values: ReadonlyMap<string, string>,
): void {
  const name = [...values.keys()].find(
    (each) => each === 'tables' || Object.hasOwn(DEVICE_FORMS, each),
  );
  if (mode !== 'off' || name === undefined) return;
  throw new UsageError(
    `--${name} says what the IOMMU is, and --iommu off that there is none. Leave out one of them.`,
  );
}

function readRegions(given: readonly GivenOption<string>[]): RegionChoices {
  const regions: Record<number, RegionChoice[]> = {};
  for (const { name, value } of given) {
    if (name !== 'resv') continue;
    const { endpoint, region } = readReserved(value);
    (regions[findEndpointId(endpoint)] ??= []).push(region);
  }
  return regions;
}

function readDmaMask(text: string): bigint {
  const mask = parseUnsigned(text, 64);
  if (mask !== undefined && planProblems({ edu: { dmaMask: mask } }).length === 0) return mask;
  throw new UsageError(
    `--edu-dma-mask takes the address bits of edu without gaps, 12 to 64 of them, not "${text}". Example for 32 bits: --edu-dma-mask 0xffffffff`,
  );
}

function readMemory(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new UsageError(
      `--memory takes a whole number of MiB from ${MIN_MEMORY_MIB} to ${MAX_MEMORY_MIB}, not "${text}". Example: --memory 128`,
    );
  }
  checkMemory(Number(text));
  return Number(text);
}

// From the words of the command line to what `viommu boot` shall do, with a sentence for every mistake.

import { MAX_MEMORY_MIB, MIN_MEMORY_MIB, checkMemory } from '../../machine/images/guest-images.ts';
import { PACES, type Pace } from '../../machine/plan/pace.ts';
import {
  CLOCK_SOURCES,
  IOMMU_MODES,
  TABLE_CHOICES,
  type IommuMode,
  type PlanChoices,
  type RegionChoice,
  type RegionChoices,
} from '../../machine/plan/machine-plan.ts';
import { readPlan } from '../../machine/plan/plan-check.ts';
import type { OwnImages } from '../../guest/guest-files.ts';
import { findEndpointId, readStep, type BootStep } from './boot-steps.ts';
import {
  DEVICE_FORMS,
  readChoice,
  readCount,
  readIommuOptions,
  readReserved,
  readSwitch,
} from '../device-options.ts';
import { readOptions, type GivenOption, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

export interface BootArguments {
  /** What the options choose of the machine, on top of a plan. */
  readonly choices: PlanChoices;
  readonly planFile: string | undefined;
  /** Images of the user's, by path. */
  readonly files: OwnImages;
  /** A file or a folder to share. */
  readonly sharePath: string | undefined;
  readonly printsPlan: boolean;
  readonly pace: Pace;
  readonly steps: readonly BootStep[];
  readonly until: RegExp | undefined;
  readonly timeoutMs: number | undefined;
  readonly trace: string | undefined;
  /** Where the recording of the run goes. */
  readonly record: string | undefined;
  /** Whether the run ends with what is still mapped, what was refused and why. */
  readonly hasFindings: boolean;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const FORMS = {
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  disk: { type: 'string' },
  share: { type: 'string' },
  plan: { type: 'string' },
  'print-plan': { type: 'boolean' },
  seed: { type: 'string' },
  clock: { type: 'string' },
  pace: { type: 'string' },
  append: { type: 'string' },
  memory: { type: 'string' },
  iommu: { type: 'string' },
  edu: { type: 'string' },
  'boot-bypass': { type: 'string' },
  ...DEVICE_FORMS,
  tables: { type: 'string' },
  run: { type: 'string', isRepeatable: true },
  rogue: { type: 'string', isRepeatable: true },
  until: { type: 'string' },
  timeout: { type: 'string' },
  trace: { type: 'string' },
  record: { type: 'string' },
  report: { type: 'boolean' },
  quiet: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;
type OptionName = keyof typeof FORMS;

const BOOT = {
  command: 'boot',
  forms: FORMS,
  strayAdvice:
    "A value with spaces needs quotes, and each command its own --run: --run 'echo one two' --run disk-read",
} as const;

const U32_MAX = 0xffff_ffff;
/** Longest delay a timer of the host takes. */
const MAX_TIMEOUT_S = 2_147_483;

/** Reads the words after `viommu boot`. Throws `UsageError`, or `InputError` for a memory size. */
export function parseBootArguments(words: readonly string[]): BootArguments {
  const given = readOptions<OptionName>(BOOT, words);
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const valueOf = <T>(name: OptionName, read: (text: string) => T): T | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : read(text);
  };
  const mode = valueOf('iommu', readMode);
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
    printsPlan: values.has('print-plan'),
    pace: valueOf('pace', (text) => readChoice('pace', text, PACES)) ?? 'skip',
    steps: given.flatMap(({ name, value }) =>
      name === 'run' || name === 'rogue' ? [readStep(name, value)] : [],
    ),
    until: valueOf('until', readPattern),
    timeoutMs: valueOf('timeout', readTimeout),
    trace: values.get('trace'),
    record: values.get('record'),
    hasFindings: values.has('report'),
    isQuiet: values.has('quiet'),
    isJson: values.has('json'),
    isHelp: values.has('help'),
  };
}

/** What the device is, and how the guest is told of it, says nothing where there is none. */
function checkDeviceIsThere(
  mode: IommuMode | undefined,
  values: ReadonlyMap<OptionName, string>,
): void {
  const name = [...values.keys()].find(
    (each) => each === 'tables' || Object.hasOwn(DEVICE_FORMS, each),
  );
  if (mode !== 'off' || name === undefined) return;
  throw new UsageError(
    `--${name} says what the IOMMU is, and --iommu off that there is none. Leave out one of them.`,
  );
}

function readRegions(given: readonly GivenOption<OptionName>[]): RegionChoices {
  const regions: Record<number, RegionChoice[]> = {};
  for (const { name, value } of given) {
    if (name !== 'resv') continue;
    const { endpoint, region } = readReserved(value);
    (regions[findEndpointId(endpoint)] ??= []).push(region);
  }
  return regions;
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

function readMode(text: string): IommuMode {
  return readChoice('iommu', text, IOMMU_MODES);
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'm');
  } catch (cause) {
    throw new UsageError(
      `--until takes a regular expression, and "${text}" is none: ${reasonOf(cause)}. Put \\ before a character that is meant literally.`,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(': ') + 2);
}

function readTimeout(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > MAX_TIMEOUT_S) {
    throw new UsageError(
      `--timeout takes a number of seconds above 0, not "${text}". Example: --timeout 120`,
    );
  }
  return seconds * 1000;
}

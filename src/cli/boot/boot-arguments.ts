// From the words of the command line to what `viommu boot` shall do, with a sentence for every mistake.

import type { IommuOptions } from '../../iommu/options.ts';
import type { RegionChoice, RegionChoices } from '../../machine/plan/endpoint-regions.ts';
import { MAX_MEMORY_MIB, MIN_MEMORY_MIB, checkMemory } from '../../machine/images/guest-images.ts';
import {
  DEFAULT_MEMORY_MIB,
  type IommuMode,
  type MachineOptions,
} from '../../machine/plan/machine-options.ts';
import { findEndpoint, readStep, type BootStep } from './boot-steps.ts';
import { DEVICE_FORMS, readChoice, readIommuOptions, readReserved } from '../device-options.ts';
import { readOptions, type GivenOption, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

type IommuTables = MachineOptions['tables'];

export interface BootArguments {
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly append: string;
  readonly memoryMiB: number;
  readonly iommu: IommuMode;
  readonly bootBypass: boolean;
  /** What was chosen of the device beyond its mode. */
  readonly iommuOptions: Partial<IommuOptions>;
  readonly reservedRegions: RegionChoices;
  readonly tables: IommuTables;
  readonly steps: readonly BootStep[];
  readonly until: RegExp | undefined;
  readonly timeoutMs: number | undefined;
  readonly trace: string | undefined;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const FORMS = {
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  append: { type: 'string' },
  memory: { type: 'string' },
  iommu: { type: 'string' },
  'boot-bypass': { type: 'string' },
  ...DEVICE_FORMS,
  tables: { type: 'string' },
  run: { type: 'string', isRepeatable: true },
  rogue: { type: 'string', isRepeatable: true },
  until: { type: 'string' },
  timeout: { type: 'string' },
  trace: { type: 'string' },
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

const IOMMU_MODES: readonly IommuMode[] = ['translated', 'bypass', 'off'];
const TABLES: readonly IommuTables[] = ['viot', 'iort', 'viot+iort'];
/** Longest delay a timer of the host takes. */
const MAX_TIMEOUT_S = 2_147_483;

/** Reads the words after `viommu boot`. Throws `UsageError`, or `InputError` for a memory size. */
export function parseBootArguments(words: readonly string[]): BootArguments {
  const given = readOptions<OptionName>(BOOT, words);
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const valueOf = <T>(name: OptionName, read: (text: string) => T, otherwise: T): T => {
    const text = values.get(name);
    return text === undefined ? otherwise : read(text);
  };
  const iommu = valueOf('iommu', readMode, 'translated');
  checkDeviceIsThere(iommu, values);
  return {
    kernel: values.get('kernel'),
    initrd: values.get('initrd'),
    append: values.get('append') ?? '',
    memoryMiB: valueOf('memory', readMemory, DEFAULT_MEMORY_MIB),
    iommu,
    bootBypass: valueOf('boot-bypass', readSwitch, true),
    iommuOptions: readIommuOptions(values),
    reservedRegions: readRegions(given),
    tables: valueOf('tables', (text) => readChoice('tables', text, TABLES), 'viot'),
    steps: given.flatMap(({ name, value }) =>
      name === 'run' || name === 'rogue' ? [readStep(name, value)] : [],
    ),
    until: valueOf('until', readPattern, undefined),
    timeoutMs: valueOf('timeout', readTimeout, undefined),
    trace: values.get('trace'),
    isQuiet: values.has('quiet'),
    isJson: values.has('json'),
    isHelp: values.has('help'),
  };
}

/** What the device is, and how the guest is told of it, says nothing where there is none. */
function checkDeviceIsThere(iommu: IommuMode, values: ReadonlyMap<OptionName, string>): void {
  const name = [...values.keys()].find(
    (each) => each === 'tables' || Object.hasOwn(DEVICE_FORMS, each),
  );
  if (iommu !== 'off' || name === undefined) return;
  throw new UsageError(
    `--${name} says what the IOMMU is, and --iommu off that there is none. Leave out one of them.`,
  );
}

function readRegions(given: readonly GivenOption<OptionName>[]): RegionChoices {
  const regions: Record<number, RegionChoice[]> = {};
  for (const { name, value } of given) {
    if (name !== 'resv') continue;
    const { endpoint, region } = readReserved(value);
    (regions[findEndpoint(endpoint)] ??= []).push(region);
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

function readSwitch(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--boot-bypass takes on or off, not "${text}".`);
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

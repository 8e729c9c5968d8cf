// From the words of the command line to what `viommu boot` shall do, with a sentence for every mistake.

import { PACES, type Pace } from '../../machine/plan/pace.ts';
import { readChoice } from '../device-options.ts';
import { MACHINE_FORMS, readMachineOptions, type MachineArguments } from '../machine-options.ts';
import { readOptions, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';
import { readStep, type BootStep } from './boot-steps.ts';

export interface BootArguments extends MachineArguments {
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
  ...MACHINE_FORMS,
  'print-plan': { type: 'boolean' },
  pace: { type: 'string' },
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
  return {
    ...readMachineOptions(given),
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

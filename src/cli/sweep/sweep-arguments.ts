// From the words behind `viommu sweep` to what it shall do.

import { ENDPOINT_NAMES, findEndpoint, noSuchEndpoint } from '../../machine/plan/topology.ts';
import { didYouMean } from '../../base/suggestion.ts';
import { MACHINE_FORMS, readMachineOptions, type MachineArguments } from '../machine-options.ts';
import { readOptions, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

/** When a guest can be swept, in the order of its life. */
export const SWEEP_STAGES = ['firmware', 'kernel', 'iommu', 'userspace', 'ready', 'load'] as const;
export type SweepStage = (typeof SWEEP_STAGES)[number];

const DEFAULT_STAGES: readonly SweepStage[] = ['iommu', 'userspace', 'ready', 'load'];

export interface SweepArguments extends MachineArguments {
  /** In the order of a guest's life. */
  readonly stages: readonly SweepStage[];
  /** IDs; undefined: all. */
  readonly endpoints: readonly number[] | undefined;
  readonly svg: string | undefined;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const FORMS = {
  at: { type: 'string', isRepeatable: true },
  endpoints: { type: 'string', isRepeatable: true },
  ...MACHINE_FORMS,
  svg: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;

/** Reads the words after `viommu sweep`. Throws `UsageError`. */
export function parseSweepArguments(words: readonly string[]): SweepArguments {
  const given = readOptions<keyof typeof FORMS>(
    {
      command: 'sweep',
      forms: FORMS,
      strayAdvice: 'Several stages or endpoints are separated by commas: --at kernel,ready',
    },
    words,
  );
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const listOf = (option: 'at' | 'endpoints'): readonly string[] =>
    given.flatMap(({ name, value }) => (name === option ? value.split(',') : []));
  const stages = new Set(listOf('at').map(readStage));
  const endpoints = [...new Set(listOf('endpoints').map(readEndpoint))];
  const machine = readMachineOptions(given);
  if (machine.choices.iommu?.mode === 'off') {
    throw new UsageError(
      'With --iommu off every device reaches all of memory, and there is nothing to sweep. Take bypass to see an IOMMU that lets everything through.',
    );
  }
  return {
    ...machine,
    stages: stages.size === 0 ? DEFAULT_STAGES : SWEEP_STAGES.filter((each) => stages.has(each)),
    endpoints: endpoints.length === 0 ? undefined : endpoints,
    svg: values.get('svg'),
    isJson: values.has('json'),
    isHelp: values.has('help'),
  };
}

function readStage(text: string): SweepStage {
  const stage = SWEEP_STAGES.find((each) => each === text);
  if (stage !== undefined) return stage;
  throw new UsageError(
    `--at takes stages of a guest's life, and "${text}" is none.${didYouMean(text, SWEEP_STAGES)} There are: ${SWEEP_STAGES.join(', ')}.`,
  );
}

function readEndpoint(text: string): number {
  const endpoint = findEndpoint(text);
  if (endpoint !== undefined) return endpoint.id;
  throw new UsageError(
    `${noSuchEndpoint(text)} Example: --endpoints ${ENDPOINT_NAMES.slice(0, 2).join(',')}`,
  );
}

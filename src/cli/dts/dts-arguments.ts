// From the words behind `viommu dts` to what it shall print.

import type { IommuPlace } from '../../machine/plan/machine-description.ts';
import { readChoice } from '../device-options.ts';
import { readOptions, type OptionForms } from '../option-words.ts';

export interface DtsArguments {
  /** Where the printed machine has its IOMMU. */
  readonly iommu: IommuPlace;
  /** A file with the plan of the machine. */
  readonly planFile: string | undefined;
  readonly isHelp: boolean;
}

const FORMS = {
  iommu: { type: 'string' },
  plan: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;

const PLACES = ['mmio', 'pci'] as const;

/** Reads the words after `viommu dts`. Throws `UsageError`. */
export function parseDtsArguments(words: readonly string[]): DtsArguments {
  const given = readOptions<keyof typeof FORMS>(
    { command: 'dts', forms: FORMS, strayAdvice: '"viommu dts --help" shows an example.' },
    words,
  );
  const place = given.find(({ name }) => name === 'iommu')?.value;
  return {
    iommu: place === undefined ? 'mmio' : readChoice('iommu', place, PLACES),
    planFile: given.find(({ name }) => name === 'plan')?.value,
    isHelp: given.some(({ name }) => name === 'help'),
  };
}

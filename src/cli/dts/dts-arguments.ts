// From the words behind `viommu dts` to what it shall print.

import type { DescribedMachine } from '../../machine/plan/machine-description.ts';
import { readChoice } from '../device-options.ts';
import { readOptions, type OptionForms } from '../option-words.ts';

export interface DtsArguments {
  /** Where the printed machine has its IOMMU. */
  readonly iommu: DescribedMachine['iommu'];
  readonly isHelp: boolean;
}

const FORMS = {
  iommu: { type: 'string' },
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
    isHelp: given.some(({ name }) => name === 'help'),
  };
}

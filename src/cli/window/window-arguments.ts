// From the words behind `viommu window` to what it shall do.

import { readOptions, type OptionForms } from '../option-words.ts';

export interface WindowArguments {
  /** What is run in the guest. */
  readonly commands: readonly string[];
  readonly svg: string | undefined;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const FORMS = {
  run: { type: 'string', isRepeatable: true },
  svg: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;

const DEFAULT_COMMANDS: readonly string[] = ['disk-read virtio', 'disk-read ide', 'net-ping 3'];

/** Reads the words after `viommu window`. Throws `UsageError`. */
export function parseWindowArguments(words: readonly string[]): WindowArguments {
  const given = readOptions<keyof typeof FORMS>(
    {
      command: 'window',
      forms: FORMS,
      strayAdvice:
        "A command with spaces needs quotes: viommu window --run 'disk-read virtio' --run 'net-ping 3'",
    },
    words,
  );
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const commands = given.flatMap(({ name, value }) => (name === 'run' ? [value] : []));
  return {
    commands: commands.length === 0 ? DEFAULT_COMMANDS : commands,
    svg: values.get('svg'),
    isJson: values.has('json'),
    isHelp: values.has('help'),
  };
}

// From the words behind a command to its options: what every command does alike, with a sentence for every mistake.

import { parseArgs } from 'node:util';
import { didYouMean } from './suggestion.ts';
import { UsageError } from './usage-error.ts';

/** How one option is written; `boolean` is a switch. */
export interface OptionForm {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given more than once. Switches may be anyway. */
  readonly isRepeatable?: boolean;
}

/** A command and its options. */
export interface OptionTable<Name extends string> {
  /** As in `viommu COMMAND`. */
  readonly command: string;
  readonly options: Readonly<Record<Name, OptionForm>>;
  /** What to do about a word that belongs to no option. */
  readonly strayAdvice: string;
}

/** One option of the command line; switches have the value ''. */
export interface GivenOption<Name extends string> {
  readonly name: Name;
  readonly value: string;
}

/** The options of one command line. */
export class GivenOptions<Name extends string> {
  /** In the order given. */
  readonly all: readonly GivenOption<Name>[];
  readonly #values: ReadonlyMap<Name, string>;

  /** Throws `UsageError`. */
  constructor(words: readonly string[], table: OptionTable<Name>) {
    this.all = readOptions(words, table);
    const values = new Map<Name, string>();
    for (const { name, value } of this.all) {
      const { type, isRepeatable = false } = table.options[name];
      if (values.has(name) && type === 'string' && !isRepeatable) {
        throw new UsageError(`--${name} was given twice. Give it once.`);
      }
      values.set(name, value);
    }
    this.#values = values;
  }

  has(name: Name): boolean {
    return this.#values.has(name);
  }

  /** The option's text; undefined when it was not given. */
  text(name: Name): string | undefined {
    return this.#values.get(name);
  }

  /** What `read` makes of the option's text, or `otherwise` when it was not given. */
  value<T>(name: Name, read: (text: string) => T, otherwise: T): T {
    const text = this.#values.get(name);
    return text === undefined ? otherwise : read(text);
  }

  /** Every text of a repeatable option, in the order given. */
  texts(name: Name): readonly string[] {
    return this.all.filter((each) => each.name === name).map(({ value }) => value);
  }
}

function readOptions<Name extends string>(
  words: readonly string[],
  { command, options, strayAdvice }: OptionTable<Name>,
): readonly GivenOption<Name>[] {
  const isName = (name: string): name is Name => Object.hasOwn(options, name);
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map((token): GivenOption<Name> => {
    if (token.kind !== 'option') {
      const word = token.kind === 'positional' ? token.value : '--';
      throw new UsageError(`"${word}" belongs to no option. ${strayAdvice}`);
    }
    const { name, rawName, value } = token;
    if (!isName(name)) {
      const names = Object.keys(options).map((each) => `--${each}`);
      const known = didYouMean(rawName, names);
      throw new UsageError(
        `There is no option ${rawName}.${known} "viommu ${command} --help" lists them all.`,
      );
    }
    const isSwitch = options[name].type === 'boolean';
    if (isSwitch && value !== undefined) throw new UsageError(`--${name} takes no value.`);
    const isMissing = value === undefined || (!token.inlineValue && value.startsWith('--'));
    if (!isSwitch && isMissing) {
      throw new UsageError(`--${name} needs a value. "viommu ${command} --help" shows an example.`);
    }
    return { name, value: value ?? '' };
  });
}

// From the words behind a command to its options and their texts, with a sentence for every mistake in form.

import { parseArgs } from 'node:util';
import { didYouMean } from '../base/suggestion.ts';
import { UsageError } from './usage-error.ts';

/** How an option is given. */
export interface OptionForm {
  /** A `boolean` is a switch without a value. */
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Whether it may be given more than once. */
  readonly isRepeatable?: boolean;
}

/** A command's options by name, without their hyphens. */
export type OptionForms<N extends string> = Readonly<Record<N, OptionForm>>;

/** One option of the command line; switches have the value ''. */
export interface GivenOption<N extends string> {
  readonly name: N;
  readonly value: string;
}

/** A command and its options. */
export interface CommandForm<N extends string> {
  /** `boot` of `viommu boot`. */
  readonly command: string;
  readonly forms: OptionForms<N>;
  /** What to do about a word that belongs to no option. */
  readonly strayAdvice: string;
}

/** The options in the order given. Throws `UsageError`. */
export function readOptions<N extends string>(
  { command, forms, strayAdvice }: CommandForm<N>,
  words: readonly string[],
): readonly GivenOption<N>[] {
  const isName = (name: string): name is N => Object.hasOwn(forms, name);
  const seen = new Set<N>();
  const { tokens } = parseArgs({
    args: [...words],
    options: { ...forms },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map((token): GivenOption<N> => {
    if (token.kind !== 'option') {
      const word = token.kind === 'positional' ? token.value : '--';
      throw new UsageError(`"${word}" belongs to no option. ${strayAdvice}`);
    }
    const { name, rawName, value } = token;
    if (!isName(name)) {
      const known = didYouMean(
        rawName,
        Object.keys(forms).map((each) => `--${each}`),
      );
      throw new UsageError(
        `There is no option ${rawName}.${known} "viommu ${command} --help" lists them all.`,
      );
    }
    const { type, isRepeatable = false } = forms[name];
    const isSwitch = type === 'boolean';
    if (isSwitch && value !== undefined) throw new UsageError(`--${name} takes no value.`);
    const isMissing = value === undefined || (!token.inlineValue && value.startsWith('--'));
    if (!isSwitch && isMissing) {
      throw new UsageError(`--${name} needs a value. "viommu ${command} --help" shows an example.`);
    }
    if (seen.has(name) && !isSwitch && !isRepeatable) {
      throw new UsageError(`--${name} was given twice. Give it once.`);
    }
    seen.add(name);
    return { name, value: value ?? '' };
  });
}

// The words of a filter and what each is, right or wrong as it may be: for whoever shows it in colours.

import { parser } from './filter-parser.ts';
import { MAX_ASKED } from './syntax.ts';

export type WordKind = 'field' | 'function' | 'operator' | 'name' | 'number' | 'text';

export interface WrittenWord {
  /** In UTF-16 units from the start of the text; `to` is behind the last of them. */
  readonly from: number;
  readonly to: number;
  readonly kind: WordKind;
}

/** By the names of the grammar. */
const KINDS: ReadonlyMap<string, WordKind> = new Map([
  ['Field', 'field'],
  ['Function', 'function'],
  ['Operator', 'operator'],
  ['in', 'operator'],
  ['has', 'operator'],
  ['&&', 'operator'],
  ['||', 'operator'],
  ['!', 'operator'],
  ['Name', 'name'],
  ['Number', 'number'],
  ['Text', 'text'],
]);

/** Where what is wrong stands behind a word, the tree has it in the word. */
function endOf(text: string, from: number, to: number): number {
  const word = /^[\w-]+/.exec(text.slice(from, to))?.[0];
  return word === undefined ? to : from + word.length;
}

/** In the order of the text. None of a text that is longer than people write. */
export function writtenWords(text: string): readonly WrittenWord[] {
  if (text.length > MAX_ASKED) return [];
  const words: WrittenWord[] = [];
  parser.parse(text).iterate({
    enter: ({ name, from, to }) => {
      const kind = KINDS.get(name);
      if (kind === undefined || to === from) return;
      const isNumber = kind === 'number';
      words.push({ from, to: isNumber ? to : endOf(text, from, to), kind });
    },
  });
  return words;
}

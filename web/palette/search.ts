// Which commands a text means, the best first: letters in any order of words, with one slip in a word.

import UFuzzy from '@leeoniya/ufuzzy';
import type { Command } from '../commands/command.ts';

/** Longer texts are no search. */
const MOST_LETTERS = 100;

/** One letter wrong, missing, more, or in the place of the next. */
const ONE_SLIP = { intraSub: 1, intraTrn: 1, intraDel: 1, intraIns: 1 } as const;

// `intraMode` is a constant of the types only
const fuzzy = new UFuzzy(Object.assign({ intraMode: 1 }, ONE_SLIP));

/** All of them for an empty text. */
export function search(commands: readonly Command[], text: string): readonly Command[] {
  const wanted = text.trim().slice(0, MOST_LETTERS);
  if (wanted === '') return commands;
  const hay = commands.map(({ title, hint = '', group }) => `${title} ${hint} ${group}`);
  const [found, info, order] = fuzzy.search(hay, wanted, 1);
  if (found === null) return [];
  const ranked = order === null ? found : order.map((at) => info.idx[at]);
  return ranked.flatMap((at) => (at === undefined ? [] : (commands[at] ?? [])));
}

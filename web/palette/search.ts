// Which commands a text means, the best first: letters in any order of words, with one slip in a word.

import UFuzzy from '@leeoniya/ufuzzy';
import type { Command } from '../commands/command.ts';

/** Longer texts are no search. */
const MOST_LETTERS = 100;

/** One letter wrong, missing, more, or in the place of the next. */
const ONE_SLIP = { intraSub: 1, intraTrn: 1, intraDel: 1, intraIns: 1 } as const;

// `intraMode` is a constant of the types only
const fuzzy = new UFuzzy(Object.assign({ intraMode: 1 }, ONE_SLIP));

/** Places of the texts that were found, the best first. */
function found(hay: string[], wanted: string): readonly number[] {
  const [all, info, order] = fuzzy.search(hay, wanted, 1);
  if (all === null) return [];
  const ranked = order === null ? all : order.map((at) => info.idx[at]);
  return ranked.filter((at) => at !== undefined);
}

/** All of them for an empty text. Those that are called so come before filters with these words and what only tells of it. */
export function search(commands: readonly Command[], text: string): readonly Command[] {
  const wanted = text.trim().slice(0, MOST_LETTERS);
  if (wanted === '') return commands;
  const titles = commands.map(({ title }) => title);
  const all = commands.map(({ title, hint = '', group }) => `${title} ${hint} ${group}`);
  const called = found(titles, wanted);
  const isName = (at: number): boolean => commands[at]?.group !== 'Filters';
  const names = called.filter(isName);
  const ranked = new Set([...names, ...called, ...found(all, wanted)]);
  return [...ranked].flatMap((at) => commands[at] ?? []);
}

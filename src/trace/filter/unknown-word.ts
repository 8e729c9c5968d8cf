// A word that is none of those known, and the one that was probably meant.

import { didYouMean } from '../../base/suggestion.ts';
import { FilterError, type Place } from './filter-problem.ts';

/** A longer word is no slip of the fingers, and more than a message has room for. */
const MAX_WORD = 40;

/** Other words for what a field holds, which no slip of the fingers makes of its name. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['size', 'length'],
  ['bytes', 'length'],
  ['address', 'iova'],
  ['device', 'endpoint'],
  ['process', 'task'],
]);

/** What to say of a word that is none of those known. */
export function unknownWord(
  place: Place,
  message: string,
  word: string,
  known: readonly string[],
): FilterError {
  const lower = word.toLowerCase();
  const other = OTHER_NAMES.get(lower);
  const isMeant = other !== undefined && known.includes(other);
  const meant = isMeant ? ` Did you mean ${other}?` : didYouMean(lower, known);
  const hint = word.length > MAX_WORD ? '' : meant;
  return new FilterError(place, message + hint, known);
}

/** A word, as much of it as a message has room for. */
export function short(word: string): string {
  return word.length > MAX_WORD ? `${word.slice(0, MAX_WORD)}…` : word;
}

// Texts in quotes: single or double ones are read, double ones written. Escapes are those of JSON, and \'.

import { FilterError } from './filter-problem.ts';

const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|["'\\/bfnrt]|)/g;
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** What a text in quotes says; `from` is where its first quote stands. Throws `FilterError` at an unknown escape. */
export function readText(quoted: string, from: number): string {
  return quoted.slice(1, -1).replace(ESCAPE, (escape, index: number) => {
    if (escape.length === 1) {
      const at = from + 1 + index;
      const message = 'There is no such escape in a text. Write \\\\ for a backslash.';
      throw new FilterError({ from: at, to: at + 2 }, message, ['\\\\', '\\"', '\\n', '\\u0041']);
    }
    const letter = escape.charAt(1);
    if (letter === 'u') return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
    return LETTERS.get(letter) ?? letter;
  });
}

/** A text in quotes that reads back as it was. */
export function printText(text: string): string {
  return JSON.stringify(text);
}

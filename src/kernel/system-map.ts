// The text of a System.map, as a kernel build leaves it: a line "c1000000 T _stext" for each symbol. /proc/kallsyms
// of the running kernel has the same form, with a module behind some.

import { TASK_SYMBOLS } from './kernel-profile.ts';
import { SymbolTableBuilder, type SymbolTable } from './symbol-table.ts';

/** A System.map of any kernel is smaller. */
const MAX_TEXT_LENGTH = 1 << 27;
const LINE = /^(?:0x)?([0-9a-f]{1,16}) ([A-Za-z?]) ([!-~]+)(?:\s+\[[!-~]+\])?$/;
const MAX_LINE_LENGTH = 600;
const MAX_ADDRESS = 0xffff_ffff;

/** Types of symbols in code (nm(1)): in the text, and weak ones. */
const CODE = /^[tTwW]$/;

export type SystemMapResult =
  | { readonly symbols: SymbolTable }
  /** Why it can not be used, in words for the user. */
  | { readonly refusal: string };

/** Takes the symbols of code, and those that tell the current task. */
export function readSystemMap(text: string): SystemMapResult {
  if (text.length > MAX_TEXT_LENGTH) return { refusal: 'The System.map is larger than 128 MiB.' };
  const builder = new SymbolTableBuilder();
  for (let start = 0, number = 1; start < text.length; number += 1) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + MAX_LINE_LENGTH)).trimEnd();
    start = end + 1;
    if (line === '') continue;
    const [, address = '', type = '', name = ''] = LINE.exec(line) ?? [];
    if (name === '') {
      return {
        refusal: `Line ${number} of the System.map is no symbol. Give the file System.map of the kernel's build.`,
      };
    }
    const value = Number.parseInt(address, 16);
    if (value > MAX_ADDRESS) {
      return {
        refusal: 'The System.map is of a 64-bit kernel. Give that of the kernel that runs.',
      };
    }
    if (CODE.test(type) || TASK_SYMBOLS.includes(name)) builder.add(value, name);
  }
  if (builder.count === 0) return { refusal: 'The System.map names no function of a kernel.' };
  return { symbols: builder.build() };
}

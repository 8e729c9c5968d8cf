// The symbols that a Linux carries in itself (CONFIG_KALLSYMS), found in the guest's RAM without knowing where they are.
//
// scripts/kallsyms.c of Linux lays out, one behind another and each aligned to a word:
//
//   at first    addresses, num_syms, names, markers, token_table, token_index
//   since 4.6   offsets, relative_base, num_syms, names, markers, [seqs_of_names,] token_table, token_index
//   now         num_syms, names, markers, token_table, token_index, offsets, relative_base, seqs_of_names
//
// token_index says where in token_table each of 256 strings begins, so the two prove each other; all else is found from
// there.

import { NOTHING } from './guest-view.ts';
import { findNames, NameReader, type Names } from './kallsyms-names.ts';
import { findTokens, type Tokens } from './kallsyms-tokens.ts';
import { TASK_SYMBOLS } from './kernel-profile.ts';
import { SymbolTableBuilder, type SymbolTable } from './symbol-table.ts';

/** Types of symbols in code, as nm(1) calls them. */
const CODE = ['t', 'T', 'w', 'W'];
/** No kernel for 32 bits begins below. */
const LOWEST_KERNEL = 0x4000_0000;
const HIGHEST = 0xffff_ffff;

/**
 * The symbols in RAM, given from guest-physical address 0 on; undefined when there are none. It never throws, and its time is
 * bounded by the size of RAM, whatever that holds: some 0.2 s for 128 MiB.
 */
export function findKallsyms(ram: Uint8Array): SymbolTable | undefined {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  for (const tokens of findTokens(ram)) {
    const reader = new NameReader(ram, tokens);
    const names = findNames(view, tokens, reader);
    const symbols = names && readSymbols(view, reader, tokens, names);
    if (symbols !== undefined) return symbols;
  }
  return undefined;
}

function readSymbols(
  view: DataView,
  reader: NameReader,
  tokens: Tokens,
  names: Names,
): SymbolTable | undefined {
  const addressOf = findAddresses(view, tokens, names);
  if (addressOf === undefined) return undefined;
  const builder = new SymbolTableBuilder();
  let at = names.start;
  for (let index = 0; index < names.count; index += 1) {
    const name = reader.nameAt(at);
    const isCode = CODE.includes(reader.typeAt(at));
    // Only CONFIG_KALLSYMS_ALL has data, too.
    if (isCode || TASK_SYMBOLS.includes(name)) builder.add(addressOf(index), name);
    at = reader.next(at);
  }
  return builder.count === 0 ? undefined : builder.build();
}

/** Tells the address of a symbol by its number. */
function findAddresses(
  view: DataView,
  { end }: Tokens,
  { start, count }: Names,
): ((index: number) => number) | undefined {
  const bytes = count * 4;
  const places = [
    { words: end, base: end + bytes },
    { words: start - 8 - bytes, base: start - 8 },
    { words: start - 4 - bytes, base: NOTHING },
  ];
  for (const { words, base } of places) {
    const stop = Math.max(words + bytes, base + 4);
    if (words < 0 || stop > view.byteLength) continue;
    const from = base === NOTHING ? 0 : view.getUint32(base, true);
    const lowest = from + view.getUint32(words, true);
    const highest = from + view.getUint32(words + bytes - 4, true);
    if (lowest < LOWEST_KERNEL || highest > HIGHEST || !isAscending(view, words, count)) continue;
    return (index) => (from + view.getUint32(words + index * 4, true)) >>> 0;
  }
  return undefined;
}

function isAscending(view: DataView, words: number, count: number): boolean {
  let before = 0;
  for (let index = 0; index < count; index += 1) {
    const word = view.getUint32(words + index * 4, true);
    if (word < before) return false;
    before = word;
  }
  return true;
}

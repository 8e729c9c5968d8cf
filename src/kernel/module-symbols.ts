// Functions of the modules that a 32-bit Linux has loaded, read from its memory.
//
// Every `struct module` (include/linux/module.h) is in a list that the kernel begins with `modules`:
//
//   state, list.next, list.prev, name[60], ..., kallsyms, core_kallsyms: symtab, num_symtab, strtab, typetab
//
// What lies between depends on the kernel's configuration, but `kallsyms` leads to `core_kallsyms`, the words right behind it,
// once the module's own start is over (kernel/module/kallsyms.c). `modules` is no function, so that no table of functions has
// its address: it is taken from the code of the function that goes through the list.

import { NOTHING } from './guest-view.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { MAX_NAME_LENGTH, SymbolTableBuilder, type SymbolTable } from './symbol-table.ts';

/** The function that goes through the list, and how much of its code is looked at. */
const LIST_USER = 'find_module_all';
const LIST_USER_BYTES = 256;

/** From a module's place in the list. */
const PREVIOUS = 4;
const NAME = 8;
const MODULE_NAME_LEN = 60;
/** Where `kallsyms` is looked for. */
const MAX_MODULE_BYTES = 0x800;

const NUM_SYMTAB = 4;
const STRTAB = 8;

/** `Elf32_Sym`: name, value, size, info, other, section. */
const SYM_BYTES = 16;
const SYM_VALUE = 4;
const SYM_SIZE = 8;
const SYM_INFO = 12;
const STT_FUNC = 2;
const TYPE_MASK = 0xf;

/** What is believed of a guest: more modules, or symbols of one, are none. */
const MAX_MODULES = 256;
const MAX_MODULE_SYMBOLS = 1 << 15;

const NAME_PATTERN = /^[\w.$-]+$/;

/**
 * Their functions, by the memory as it stands (`begin` was called); undefined where there are none, or the list is not found.
 * `kernel` has the kernel's own functions. Never throws, whatever the guest's memory holds, and its time is bounded.
 */
export function readModuleSymbols(
  memory: KernelMemory,
  kernel: Pick<SymbolTable, 'addressOf'>,
): SymbolTable | undefined {
  const functions = kernel.addressOf(LIST_USER);
  const list = functions === undefined ? undefined : findList(memory, functions);
  if (list === undefined) return undefined;
  const builder = new SymbolTableBuilder();
  const ends: number[] = [];
  for (const node of list) addFunctions(memory, node, builder, ends);
  // Behind the functions: one that begins where another ends is found
  for (const end of ends) builder.addEnd(end);
  return builder.count === 0 ? undefined : builder.build();
}

/** Places of all modules in the list that an address in this code leads to. */
function findList(memory: KernelMemory, code: number): readonly number[] | undefined {
  for (let at = code; at < code + LIST_USER_BYTES; at += 1) {
    const head = wordAt(memory, at);
    const list = head === NOTHING ? undefined : readList(memory, head);
    if (list !== undefined && list.length > 0) return list;
  }
  return undefined;
}

/** The nodes of a list in which each knows the one before, and has a module's name. */
function readList(memory: KernelMemory, head: number): readonly number[] | undefined {
  const nodes: number[] = [];
  let node = head;
  while (nodes.length <= MAX_MODULES) {
    const next = memory.word(node);
    if (next === NOTHING || memory.word((next + PREVIOUS) >>> 0) !== node) return undefined;
    if (next === head) return nodes;
    if (!NAME_PATTERN.test(textAt(memory, (next + NAME) >>> 0, MODULE_NAME_LEN))) return undefined;
    nodes.push(next);
    node = next;
  }
  return undefined;
}

function addFunctions(
  memory: KernelMemory,
  node: number,
  builder: SymbolTableBuilder,
  ends: number[],
): void {
  const kallsyms = findKallsyms(memory, node + NAME + MODULE_NAME_LEN);
  if (kallsyms === undefined) return;
  const symbols = memory.word(kallsyms);
  const count = memory.word(kallsyms + NUM_SYMTAB);
  const names = memory.word(kallsyms + STRTAB);
  if (symbols === NOTHING || names === NOTHING || count > MAX_MODULE_SYMBOLS) return;
  for (let index = 0; index < count; index += 1) {
    const symbol = (symbols + index * SYM_BYTES) >>> 0;
    const info = memory.word(symbol + SYM_INFO);
    if (info === NOTHING || (info & TYPE_MASK) !== STT_FUNC) continue;
    const address = memory.word(symbol + SYM_VALUE);
    const size = memory.word(symbol + SYM_SIZE);
    const name = textAt(memory, (names + memory.word(symbol)) >>> 0, MAX_NAME_LENGTH);
    if (size === NOTHING || size === 0 || !NAME_PATTERN.test(name)) continue;
    if (builder.add(address, name)) ends.push((address + size) >>> 0);
  }
}

/** Where `core_kallsyms` is: behind the word that leads there. */
function findKallsyms(memory: KernelMemory, from: number): number | undefined {
  for (let at = from; at < from + MAX_MODULE_BYTES; at += 4) {
    if (memory.word(at >>> 0) === (at + 4) >>> 0) return (at + 4) >>> 0;
  }
  return undefined;
}

/** A word at any address; `NOTHING` where not all of it is there. */
function wordAt(memory: KernelMemory, address: number): number {
  let word = 0;
  for (let byte = 3; byte >= 0; byte -= 1) {
    const value = memory.byte((address + byte) >>> 0);
    if (value === NOTHING) return NOTHING;
    word = ((word << 8) | value) >>> 0;
  }
  return word;
}

/** Characters up to a zero byte; '' where there is none within `limit`. */
function textAt(memory: KernelMemory, address: number, limit: number): string {
  const codes: number[] = [];
  for (let at = 0; at < limit; at += 1) {
    const byte = memory.byte((address + at) >>> 0);
    if (byte === NOTHING) return '';
    if (byte === 0) return String.fromCharCode(...codes);
    codes.push(byte);
  }
  return '';
}

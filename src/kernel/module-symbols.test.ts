import { describe, expect, it } from 'vitest';
import { FakeGuest, PAGE_OFFSET } from '../../test/support/fake-guest.ts';
import { KernelMemory } from './kernel-memory.ts';
import { readModuleSymbols } from './module-symbols.ts';
import { joinedSymbols, SymbolTableBuilder } from './symbol-table.ts';

const CODE = PAGE_OFFSET + 0x1_0000;
const HEAD = PAGE_OFFSET + 0x2_0000;
const EDU = PAGE_OFFSET + 0x3_0000;
const OTHER = PAGE_OFFSET + 0x3_8000;
const SYMBOLS = PAGE_OFFSET + 0x4_0000;
const NAMES = PAGE_OFFSET + 0x5_0000;
const TEXT = 0xc880_0000;
const [FUNC, OBJECT] = [2, 1];
/** Where this kernel's `struct module` has `core_kallsyms`. */
const KALLSYMS = 0x100;

const builder = new SymbolTableBuilder();
builder.add(CODE, 'find_module_all');
builder.add(CODE + 0x1000, 'last_of_the_kernel');
const KERNEL = builder.build();

function text(guest: FakeGuest, at: number, words: string): void {
  guest.code(at, ...new TextEncoder().encode(`${words}\0`));
}

interface Named {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly type?: number;
}

/** A module whose functions have their names one behind another. */
function module(guest: FakeGuest, place: number, name: string, functions: readonly Named[]): void {
  text(guest, place + 12, name);
  const symbols = SYMBOLS + (place - EDU);
  const names = NAMES + (place - EDU);
  guest.poke(place + KALLSYMS - 4, place + KALLSYMS);
  [symbols, functions.length, names].forEach((word, index) => {
    guest.poke(place + KALLSYMS + index * 4, word);
  });
  let at = 0;
  functions.forEach(({ name: each, offset, size, type = FUNC }, index) => {
    text(guest, names + at, each);
    [at, TEXT + offset, size, type].forEach((word, field) => {
      guest.poke(symbols + index * 16 + field * 4, word);
    });
    at += each.length + 1;
  });
}

/** A list of nodes, each four bytes into its module. */
function link(guest: FakeGuest, ...nodes: readonly number[]): void {
  nodes.forEach((node, index) => {
    const next = nodes[(index + 1) % nodes.length] ?? 0;
    guest.poke(node, next);
    guest.poke(next + 4, node);
  });
}

const EDU_FUNCTIONS: readonly Named[] = [
  { name: 'edu_stream', offset: 0x100, size: 0x80 },
  { name: 'edu_test', offset: 0x180, size: 0x40 },
  { name: 'edu_driver', offset: 0x190, size: 0x10, type: OBJECT },
];

/** A kernel with two modules, of which one is still being started. */
function kernel(): FakeGuest {
  const guest = new FakeGuest();
  guest.code(CODE, 0x55, 0x89, 0xe5, 0xa1);
  guest.code(CODE + 4, HEAD & 0xff, (HEAD >>> 8) & 0xff, (HEAD >>> 16) & 0xff, HEAD >>> 24);
  link(guest, HEAD, EDU + 4, OTHER + 4);
  module(guest, EDU, 'edu', EDU_FUNCTIONS);
  module(guest, OTHER, 'starting', [{ name: 'start', offset: 0x2000, size: 0x10 }]);
  guest.poke(OTHER + KALLSYMS - 4, OTHER + KALLSYMS + 0x800);
  return guest;
}

function read(guest: FakeGuest) {
  const memory = new KernelMemory();
  memory.begin(guest);
  return readModuleSymbols(memory, KERNEL);
}

describe('the functions of modules', () => {
  it('are read from the kernel’s memory, each with its end', () => {
    const symbols = read(kernel());
    const at = (offset: number): string | undefined => symbols?.at(TEXT + offset)?.name;
    expect([0, 0x100, 0x17f, 0x180, 0x1bf, 0x1c0, 0x2000].map(at)).toEqual([
      undefined,
      'edu_stream',
      'edu_stream',
      'edu_test',
      'edu_test',
      undefined,
      undefined,
    ]);
  });

  it('are asked for where the kernel has none, once', () => {
    let asked = 0;
    const joined = joinedSymbols(KERNEL, () => {
      asked += 1;
      return read(kernel());
    });
    expect(joined.at(CODE + 4)?.name).toBe('find_module_all');
    expect(asked).toBe(0);
    expect(joined.at(TEXT + 0x104)).toEqual({ name: 'edu_stream', offset: 4 });
    expect(joined.at(TEXT + 0x900_0000)).toBeUndefined();
    expect(asked).toBe(1);
  });

  it.each<[string, (guest: FakeGuest) => void]>([
    ['a kernel without modules', (guest) => link(guest, HEAD)],
    ['a list that does not come back', (guest) => guest.poke(OTHER + 4, OTHER + 0x4000)],
    ['a list that is no list of modules', (guest) => text(guest, EDU + 12, 'e\u0001u')],
    ['a list without an end', (guest) => guest.poke(EDU + 4, EDU + 4)],
    ['more symbols than there can be', (guest) => guest.poke(EDU + KALLSYMS + 4, -1)],
    ['symbols that lie nowhere', (guest) => guest.poke(EDU + KALLSYMS, 0x1000)],
    ['names that lie nowhere', (guest) => guest.poke(EDU + KALLSYMS + 8, 0x1000)],
    ['a module without symbols', (guest) => guest.poke(EDU + KALLSYMS - 4, 0)],
  ])('are none in %s', (_what, spoil) => {
    const guest = kernel();
    spoil(guest);
    expect(read(guest)).toBeUndefined();
  });
});

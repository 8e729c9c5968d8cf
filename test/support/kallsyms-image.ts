// Lays out kallsyms as scripts/kallsyms.c of Linux does, by its description: names are not compressed, but for one token.

/** How the tables lie: with absolute addresses, with the tokens behind the offsets, or before them. */
export type KallsymsLayout = 'addresses' | 'offsets-first' | 'sequences' | 'tokens-first';

export interface ImageSymbol {
  readonly address: number;
  readonly type: string;
  readonly name: string;
}

/** A byte that no name has as a character, and stands for a string. */
const TOKEN = 0x01;
const TOKEN_STRING = 'viommu_';

/** The tables as they would be in a kernel's read-only data; symbols by ascending address. */
export function kallsymsImage(symbols: readonly ImageSymbol[], layout: KallsymsLayout): Uint8Array {
  const bytes: number[] = [];
  const align = (): void => {
    while (bytes.length % 4 !== 0) bytes.push(0);
  };
  const word = (value: number): void => {
    bytes.push(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
  };
  const base = symbols[0]?.address ?? 0;
  const { names, markers } = compress(symbols);
  const parts = {
    addresses: () => symbols.forEach(({ address }) => word(address)),
    offsets: () => {
      symbols.forEach(({ address }) => word(address - base));
      word(base);
    },
    names: () => {
      word(symbols.length);
      bytes.push(...names);
      align();
      markers.forEach(word);
    },
    // Any three bytes for each symbol.
    sequences: () => {
      symbols.forEach((_symbol, index) => bytes.push(0xff, (index * 7) & 0xff, index & 0xff));
      align();
    },
    tokens: () => {
      bytes.push(...tokenTables());
      align();
    },
  };
  const orders: Record<KallsymsLayout, readonly (keyof typeof parts)[]> = {
    addresses: ['addresses', 'names', 'tokens'],
    'offsets-first': ['offsets', 'names', 'tokens'],
    sequences: ['offsets', 'names', 'sequences', 'tokens'],
    'tokens-first': ['names', 'tokens', 'offsets', 'sequences'],
  };
  for (const part of orders[layout]) parts[part]();
  return Uint8Array.from(bytes);
}

function compress(symbols: readonly ImageSymbol[]): { names: number[]; markers: number[] } {
  const names: number[] = [];
  const markers: number[] = [];
  symbols.forEach(({ type, name }, index) => {
    if (index % 256 === 0) markers.push(names.length);
    const short = `${type}${name}`.replaceAll(TOKEN_STRING, String.fromCharCode(TOKEN));
    if (short.length < 0x80) names.push(short.length);
    else names.push((short.length & 0x7f) | 0x80, short.length >>> 7);
    for (const character of short) names.push(character.charCodeAt(0));
  });
  return { names, markers };
}

function tokenTables(): number[] {
  const table: number[] = [];
  const index: number[] = [];
  for (let token = 0; token < 256; token += 1) {
    index.push(table.length & 0xff, table.length >>> 8);
    const text = token === TOKEN ? TOKEN_STRING : tokenText(token);
    for (const character of text) table.push(character.charCodeAt(0));
    table.push(0);
  }
  while (table.length % 4 !== 0) table.push(0);
  return [...table, ...index];
}

/** A character stands for itself; what no name has stands for nothing. */
function tokenText(token: number): string {
  return token > 0x20 && token < 0x7f ? String.fromCharCode(token) : '';
}

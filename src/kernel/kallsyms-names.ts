// kallsyms' compressed names, and the markers: where every 256th of them begins.
//
// A name is its length in bytes (7 bits, or 14 in two bytes, the first with bit 7), then bytes that stand for tokens.

import type { Tokens } from './kallsyms-tokens.ts';
import { MAX_NAME_BYTES, MAX_NAME_LENGTH, MAX_SYMBOLS } from './symbol-table.ts';

/** Names between two markers. */
export const NAMES_PER_MARKER = 256;

/** Shortest and longest stretch of names between two markers: a length and a token, or as much as a length can say. */
const SHORTEST_STRETCH = NAMES_PER_MARKER * 2;
const LONGEST_STRETCH = NAMES_PER_MARKER * (2 + MAX_NAME_LENGTH);
/** `seqs_of_names` may be between the markers and the tokens: 3 bytes for each symbol. */
const MAX_BETWEEN = MAX_SYMBOLS * 3 + (MAX_SYMBOLS / NAMES_PER_MARKER) * 4;
const MAX_MARKERS = MAX_SYMBOLS / NAMES_PER_MARKER;
/** Places of a count that fits, and whose names do not, before the search is given up. */
const MAX_ATTEMPTS = 256;

/** Where compressed names begin, and how many there are. */
export interface Names {
  readonly start: number;
  readonly count: number;
}

/** Reads compressed names. Addresses are indices of bytes in RAM; nothing is read outside of it. */
export class NameReader {
  readonly #ram: Uint8Array;
  readonly #strings: readonly string[];

  constructor(ram: Uint8Array, { strings }: Tokens) {
    this.#ram = ram;
    this.#strings = strings;
  }

  /** Where the name behind the one at `at` begins. */
  next(at: number): number {
    const { start, length } = this.#extent(at);
    return start + length;
  }

  /** The symbol's type, as nm(1) calls it. */
  typeAt(at: number): string {
    const token = this.#ram[this.#extent(at).start] ?? 0;
    return this.#strings[token]?.[0] ?? '';
  }

  /** The name, or as much of it as a name can have; not for reading all of them in a hurry. */
  nameAt(at: number): string {
    const { start, length } = this.#extent(at);
    let name = '';
    for (let index = 0; index < length && name.length <= MAX_NAME_LENGTH; index += 1) {
      name += this.#strings[this.#ram[start + index] ?? 0] ?? '';
    }
    return name.slice(1);
  }

  /** Where the name behind `count` names is. */
  skip(at: number, count: number): number {
    let end = at;
    for (let index = 0; index < count; index += 1) end = this.next(end);
    return end;
  }

  #extent(at: number): { readonly start: number; readonly length: number } {
    const first = this.#ram[at] ?? 0;
    if (first < 0x80) return { start: at + 1, length: first };
    return { start: at + 2, length: (first & 0x7f) | ((this.#ram[at + 1] ?? 0) << 7) };
  }
}

/** The names that go with tokens; undefined when there are none. */
export function findNames(view: DataView, tokens: Tokens, reader: NameReader): Names | undefined {
  const lowest = Math.max(0, tokens.table - MAX_BETWEEN);
  for (let start = tokens.table - 4; start >= lowest; start -= 4) {
    if (view.getUint32(start, true) !== 0) continue;
    const count = markersAt(view, start, tokens.table);
    const names = count < 2 ? undefined : namesBefore(view, reader, start, count);
    if (names !== undefined) return names;
  }
  return undefined;
}

/** How many markers there may be from `start` on. */
function markersAt(view: DataView, start: number, end: number): number {
  let before = 0;
  for (let count = 1; count < MAX_MARKERS; count += 1) {
    const at = start + count * 4;
    if (at >= end) return count;
    const stretch = view.getUint32(at, true) - before;
    if (stretch < SHORTEST_STRETCH || stretch > LONGEST_STRETCH) return count;
    before += stretch;
  }
  return MAX_MARKERS;
}

/** The names that end where these markers begin; the word before them is their number. */
function namesBefore(
  view: DataView,
  reader: NameReader,
  markers: number,
  most: number,
): Names | undefined {
  const marker = (index: number): number => view.getUint32(markers + index * 4, true);
  const lowest = Math.max(4, markers - MAX_NAME_BYTES);
  let attempts = 0;
  for (let start = markers - SHORTEST_STRETCH; start >= lowest; start -= 4) {
    const count = view.getUint32(start - 4, true);
    const stretches = Math.ceil(count / NAMES_PER_MARKER);
    if (stretches < 2 || stretches > most) continue;
    const last = start + marker(stretches - 1);
    if (last >= markers || markers - last > LONGEST_STRETCH) continue;
    const end = reader.skip(last, count - (stretches - 1) * NAMES_PER_MARKER);
    const isFirstRight = reader.skip(start, NAMES_PER_MARKER) === start + marker(1);
    if (isFirstRight && end <= markers && markers - end < 4) return { start, count };
    attempts += 1;
    if (attempts === MAX_ATTEMPTS) return undefined;
  }
  return undefined;
}

// kallsyms' table of tokens: 256 strings, each ended by a zero byte, and behind it the index of where each begins.
//
// A byte of a compressed name stands for one of the strings. Digits stand for themselves, so all ten follow each other in
// every kernel: that is what is looked for.

/** Where the tables are in RAM. */
export interface Tokens {
  readonly table: number;
  /** Behind the index. */
  readonly end: number;
  readonly strings: readonly string[];
}

const TOKENS = 256;
const FIRST_DIGIT = 0x30;
const DIGITS = 10;
/** Each digit has a zero byte behind it. */
const DIGITS_BYTES = DIGITS * 2;
/** Longest token: what a name of the longest could be. */
const MAX_TOKEN = 511;
const INDEX_BYTES = TOKENS * 2;
/** Places that have the ten digits and are not in a table, before the search is given up. */
const MAX_CANDIDATES = 64;

/** Every table in RAM, by ascending address. */
export function* findTokens(ram: Uint8Array): Generator<Tokens> {
  let candidates = 0;
  // Any place of the digits has one of these bytes and the one behind it inside.
  for (let at = 0; at + 1 < ram.length; at += DIGITS_BYTES - 1) {
    const digits = digitsAround(ram, at);
    if (digits < 0) continue;
    const tokens = tokensAt(ram, digits);
    if (tokens !== undefined) yield tokens;
    candidates += 1;
    if (candidates === MAX_CANDIDATES) return;
  }
}

/** Where the ten digits begin that these two bytes are of, or -1. */
function digitsAround(ram: Uint8Array, at: number): number {
  const first = ram[at] ?? 0;
  const second = ram[at + 1] ?? 0;
  const place = second === 0 ? at : at + 1;
  const digit = (second === 0 ? first : second) - FIRST_DIGIT;
  if (digit < 0 || digit >= DIGITS || (second !== 0 && first !== 0)) return -1;
  const start = place - digit * 2;
  for (let index = 0; index < DIGITS; index += 1) {
    if (ram[start + index * 2] !== FIRST_DIGIT + index || ram[start + index * 2 + 1] !== 0)
      return -1;
  }
  return start;
}

/** The table that has its digits here, if there is one. */
function tokensAt(ram: Uint8Array, digits: number): Tokens | undefined {
  let end = digits;
  for (let token = FIRST_DIGIT; token < TOKENS; token += 1) {
    end = stringEnd(ram, end) + 1;
    if (end === 0) return undefined;
  }
  const index = (end + 3) & ~3;
  if (index + INDEX_BYTES > ram.length) return undefined;
  const startOf = (token: number): number =>
    (ram[index + token * 2] ?? 0) + (ram[index + token * 2 + 1] ?? 0) * 256;
  const table = digits - startOf(FIRST_DIGIT);
  const strings: string[] = [];
  for (let token = 0, at = table; token < TOKENS; token += 1) {
    const stop = stringEnd(ram, at);
    if (at < 0 || stop < 0 || at !== table + startOf(token)) return undefined;
    strings.push(String.fromCharCode(...ram.subarray(at, stop)));
    at = stop + 1;
  }
  return { table, end: index + INDEX_BYTES, strings };
}

/** Where the zero byte of a string is; -1 when the string is too long for a token. */
function stringEnd(ram: Uint8Array, start: number): number {
  for (let at = start; at <= start + MAX_TOKEN; at += 1) {
    if (ram[at] === 0) return at;
  }
  return -1;
}

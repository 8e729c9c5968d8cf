// The fields of one line of JSON: looked up by name, checked, and turned into values, with a sentence for every mistake.

import { parseUnsigned } from '../number-text.ts';
import { didYouMean } from '../../base/suggestion.ts';

/** A line can not be followed; the message says why and what to do. The lines after it are not concerned. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** Longest word that is quoted in full or has a suggestion looked for. */
const MAX_QUOTE = 40;
/** Most pieces of one part; no queue and no indirect table has descriptors for nearly as many. */
const MAX_PIECES = 65_536;

/** Something of the user's, in quotation marks and not too long. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : inWords(value);
  const short = text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}...` : text;
  return typeof value === 'string' ? `"${short}"` : short;
}

// Of lists and objects only the outermost: a line can nest them deeper than anything could write them down again
function inWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'nothing';
  if (!Array.isArray(value)) return 'an object';
  const first = value.slice(0, MAX_QUOTE);
  return first.some((each) => typeof each === 'object') ? 'a list of lists' : JSON.stringify(first);
}

/** ` Did you mean X?`, or nothing. */
export function suggest(word: string, known: readonly string[]): string {
  return word.length > MAX_QUOTE ? '' : didYouMean(word, known);
}

/** What the fields belong to. */
export interface LineForm {
  /** Every field there can be. */
  readonly names: readonly string[];
  /** A line that is right. */
  readonly example: string;
}

/** Fields of one line. Every method throws `LineError`. */
export class LineFields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #example: string;

  /** Also throws when there is a field that the form does not have. */
  constructor(values: ReadonlyMap<string, unknown>, { names, example }: LineForm) {
    this.#values = values;
    this.#example = example;
    for (const name of values.keys()) {
      if (!names.includes(name)) {
        throw this.#error(`There is no field ${quote(name)} here.${suggest(name, names)}`);
      }
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A number of up to `bits` bits: a JSON number, or a string in decimal or after 0x. */
  unsigned(name: string, bits: number): bigint {
    const value = this.#required(name);
    const number = toUnsigned(value, bits);
    if (number !== undefined) return number;
    throw this.#error(
      `"${name}" takes a whole number of up to ${bits} bits, or a string such as "0x1f", not ${quote(value)}. Numbers above 2^53 have to be strings.`,
    );
  }

  /** The same where a number can hold it: up to 32 bits. */
  small(name: string): number {
    return Number(this.unsigned(name, 32));
  }

  /** A string of hex digits, two for each byte. */
  bytes(name: string): Uint8Array {
    const value = this.#required(name);
    const bytes = typeof value === 'string' ? decodeHex(value) : undefined;
    if (bytes !== undefined) return bytes;
    throw this.#error(
      `"${name}" takes a string of hex digits, two for each byte, not ${quote(value)}.`,
    );
  }

  /** One of a few words. */
  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#required(name);
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    const list = choices.map((each) => `"${each}"`).join(' or ');
    throw this.#error(`"${name}" takes ${list}, not ${quote(value)}.`);
  }

  /** The lengths that a part of `length` bytes is cut into; in one piece without the field. */
  framing(name: string, length: number): readonly number[] {
    const value = this.#values.get(name);
    if (value === undefined) return length === 0 ? [] : [length];
    if (Array.isArray(value) && value.length > MAX_PIECES) {
      throw this.#error(`"${name}" has ${value.length} pieces. Give ${MAX_PIECES} at most.`);
    }
    const sizes = Array.isArray(value) ? value.map((size) => toUnsigned(size, 32)) : [undefined];
    const known = sizes.flatMap((size) => (size === undefined ? [] : [Number(size)]));
    if (known.length < sizes.length) {
      throw this.#error(`"${name}" takes an array of lengths in bytes, not ${quote(value)}.`);
    }
    const sum = known.reduce((total, size) => total + size, 0);
    if (sum === length) return known;
    throw this.#error(
      `"${name}" adds up to ${sum} bytes, and there are ${length}. Give the length of every piece.`,
    );
  }

  /** A switch or a number of up to 32 bits; undefined without the field. */
  switchOrSmall(name: string): boolean | number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    const number = toUnsigned(value, 32);
    if (number !== undefined) return Number(number);
    throw this.#error(`"${name}" takes true, false or a number, not ${quote(value)}.`);
  }

  #required(name: string): unknown {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    throw this.#error(`"${name}" is missing.`);
  }

  #error(problem: string): LineError {
    return new LineError(`${problem} Example: ${this.#example}`);
  }
}

function toUnsigned(value: unknown, bits: number): bigint | undefined {
  if (typeof value === 'string') return parseUnsigned(value, bits);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) return undefined;
  const number = BigInt(value);
  return number === BigInt.asUintN(bits, number) ? number : undefined;
}

// Buffer stops at the first pair that is not hex, and takes only the low byte of a character.
function decodeHex(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'hex');
  return bytes.toString('hex') === text.toLowerCase() ? bytes : undefined;
}

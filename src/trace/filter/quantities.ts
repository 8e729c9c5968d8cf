// Numbers of the filter language and their units, from text and back. Every number fits into 64 bits.

import { TIME_PER_MS } from '../record/batch.ts';
import type { FieldType } from './fields.ts';
import { FilterError, listed, type Place } from './filter-problem.ts';

/** Nanoseconds in a unit of a record's times. */
export const NS_PER_TIME = BigInt(1_000_000 / TIME_PER_MS);
export const MAX_NUMBER = (1n << 64n) - 1n;
/** More digits than any number that fits. */
const MAX_DIGITS = 40;

const SIZES: ReadonlyMap<string, bigint> = new Map([
  ['B', 1n],
  ['KiB', 1n << 10n],
  ['MiB', 1n << 20n],
  ['GiB', 1n << 30n],
  ['TiB', 1n << 40n],
]);

/** In nanoseconds. */
const TIMES: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['min', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const NO_UNITS: ReadonlyMap<string, bigint> = new Map();

/** The units of a field, in numbers of its own. */
function unitsOf(type: FieldType): ReadonlyMap<string, bigint> {
  if (type === 'size' || type === 'address') return SIZES;
  return type === 'time' ? TIMES : NO_UNITS;
}

const EXAMPLES: Readonly<Partial<Record<FieldType, string>>> = {
  time: 'a time such as 5ms',
  size: 'a number of bytes such as 4KiB',
  address: 'an address such as 0xfff00000',
};

/** What a number of this type looks like, in words. */
export function numberExample(type: FieldType): string {
  return EXAMPLES[type] ?? 'a number';
}

function digitsOf(text: string): string {
  return text.replaceAll('_', '').replace(/^0+(?=.)/, '');
}

function checked(digits: string, place: Place, prefix = ''): bigint {
  const value = digits.length > MAX_DIGITS ? MAX_NUMBER + 1n : BigInt(prefix + digits);
  if (value > MAX_NUMBER) throw new FilterError(place, 'This number has more than 64 bits.');
  return value;
}

/** A number as it stands in the text at `place`, in the unit of a field. Throws `FilterError`. */
export function readQuantity(text: string, place: Place, type: FieldType): bigint {
  const isHexadecimal = /^0x/i.test(text);
  const value = isHexadecimal ? readHexadecimal(text, place) : readDecimal(text, place, type);
  if (isHexadecimal && type === 'time') throw missingUnit(place);
  return value;
}

function readHexadecimal(text: string, place: Place): bigint {
  const digits = /^[0-9a-f_]*/i.exec(text.slice(2))?.[0] ?? '';
  const wrong = place.from + 2 + digits.length;
  if (wrong < place.to) {
    const letter = text.charAt(2 + digits.length);
    throw new FilterError({ from: wrong, to: wrong + 1 }, `"${letter}" is no hexadecimal digit.`, [
      'a hexadecimal digit',
    ]);
  }
  const plain = digitsOf(digits);
  if (plain === '') throw new FilterError(place, 'Write hexadecimal digits after 0x.');
  return checked(plain, place, '0x');
}

function missingUnit(place: Place): FilterError {
  return new FilterError(place, 'A time needs its unit. Write it like 5ms.', [...TIMES.keys()]);
}

function readDecimal(text: string, place: Place, type: FieldType): bigint {
  const [number = '', whole = '', fraction] = /^(\d[\d_]*)(?:\.(\d+))?/.exec(text) ?? [];
  const unitPlace = { from: place.from + number.length, to: place.to };
  const unit = text.slice(number.length);
  const scale = unit === '' ? 1n : scaleOf(unit, unitPlace, type);
  if (unit === '' && type === 'time') throw missingUnit(place);
  const integer = checked(digitsOf(whole), place);
  if (fraction === undefined) return checkedProduct(integer * scale, place);
  const point = { from: place.from + whole.length, to: unitPlace.from };
  const parts = fraction.length > MAX_DIGITS ? 0n : 10n ** BigInt(fraction.length);
  const total = parts === 0n ? 0n : (integer * parts + BigInt(fraction)) * scale;
  if (unit === '' || parts === 0n || total % parts !== 0n) {
    const what = type === 'time' ? 'nanoseconds' : 'bytes';
    throw new FilterError(point, unit === '' ? 'Write a whole number.' : `Write whole ${what}.`);
  }
  return checkedProduct(total / parts, place);
}

function checkedProduct(value: bigint, place: Place): bigint {
  return checked(value.toString(), place);
}

function scaleOf(unit: string, place: Place, type: FieldType): bigint {
  const units = unitsOf(type);
  const scale = units.get(unit);
  if (scale !== undefined) return scale;
  if (units.size === 0) {
    throw new FilterError(place, `This field is a plain number, without the unit "${cut(unit)}".`);
  }
  const known = [...units.keys()];
  const near = known.find((each) => each.toLowerCase() === nearUnit(unit));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  const message = `There is no unit "${cut(unit)}" here; write ${listed(known)}.${hint}`;
  throw new FilterError(place, message, known);
}

/** `4k`, `4KB` and `4kib` are all meant to be KiB. */
function nearUnit(unit: string): string {
  const lower = unit.toLowerCase();
  return /^[kmgt]b?$/.test(lower) ? `${lower.charAt(0)}ib` : lower;
}

function cut(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

const PRINTED_SIZES = ['TiB', 'GiB', 'MiB', 'KiB'];
const PRINTED_TIMES = ['s', 'ms', 'us', 'ns'];

/** The text of a number of a field: hexadecimal for addresses, else in the largest unit that leaves it whole. */
export function printQuantity(value: bigint, type: FieldType): string {
  if (type === 'address') return `0x${value.toString(16)}`;
  if (type === 'time') return value === 0n ? '0ms' : withUnit(value, PRINTED_TIMES, TIMES);
  return type === 'size' && value !== 0n ? withUnit(value, PRINTED_SIZES, SIZES) : `${value}`;
}

function withUnit(
  value: bigint,
  names: readonly string[],
  units: ReadonlyMap<string, bigint>,
): string {
  for (const name of names) {
    const scale = units.get(name) ?? 1n;
    if (value % scale === 0n) return `${value / scale}${name}`;
  }
  return `${value}`;
}

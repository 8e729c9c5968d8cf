// AML data objects (ACPI 6.5, 20.2.3 and 20.2.5.4): integers, strings, EISA identifiers, buffers, packages.

import { assert } from '../../base/assert.ts';
import { concatBytes, Structure } from '../structure.ts';
import { withPackageLength, type AmlValue } from './code.ts';

const ZERO_OP = 0x00;
const ONE_OP = 0x01;
const BYTE_PREFIX = 0x0a;
const WORD_PREFIX = 0x0b;
const DWORD_PREFIX = 0x0c;
const STRING_PREFIX = 0x0d;
const QWORD_PREFIX = 0x0e;
const BUFFER_OP = 0x11;
const PACKAGE_OP = 0x12;
const STRING_END = 0x00;

const MAX_PACKAGE_ELEMENTS = 0xff;

function value(...parts: readonly Uint8Array[]): AmlValue {
  return { kind: 'value', bytes: concatBytes(parts) };
}

/** An unsigned integer below 2^53, in the shortest form. */
export function integer(number: number): AmlValue {
  assert(Number.isSafeInteger(number) && number >= 0, `${number} is an unsigned integer`);
  if (number === 0) return value(Uint8Array.of(ZERO_OP));
  if (number === 1) return value(Uint8Array.of(ONE_OP));
  const constant = new Structure(9);
  if (number < 2 ** 8) {
    constant.u8(0, BYTE_PREFIX);
    constant.u8(1, number);
    return value(constant.bytes.subarray(0, 2));
  }
  if (number < 2 ** 16) {
    constant.u8(0, WORD_PREFIX);
    constant.u16(1, number);
    return value(constant.bytes.subarray(0, 3));
  }
  if (number < 2 ** 32) {
    constant.u8(0, DWORD_PREFIX);
    constant.u32(1, number);
    return value(constant.bytes.subarray(0, 5));
  }
  constant.u8(0, QWORD_PREFIX);
  constant.u64(1, number);
  return value(constant.bytes);
}

/** An ASCII string. */
export function string(text: string): AmlValue {
  const characters = new Structure(text.length);
  characters.ascii(0, text, text.length, 0);
  return value(Uint8Array.of(STRING_PREFIX), characters.bytes, Uint8Array.of(STRING_END));
}

const EISA_ID = /^([A-Z])([A-Z])([A-Z])([0-9A-F]{4})$/;
const EISA_LETTER_BASE = 0x40;

/**
 * A compressed EISA identifier such as `PNP0A03` (ACPI 6.5, 19.6.36): three letters of 5 bits, four hex
 * digits, stored with the highest byte first.
 */
export function eisaId(id: string): AmlValue {
  const [, first, second, third, digits] = EISA_ID.exec(id) ?? [];
  assert(
    first !== undefined && second !== undefined && third !== undefined && digits !== undefined,
    `'${id}' is an EISA identifier`,
  );
  const [a = 0, b = 0, c = 0] = [first, second, third].map(
    (letter) => letter.charCodeAt(0) - EISA_LETTER_BASE,
  );
  const vendor = (a << 10) | (b << 5) | c;
  const product = Number.parseInt(digits, 16);
  return value(
    Uint8Array.of(DWORD_PREFIX, vendor >> 8, vendor & 0xff, product >> 8, product & 0xff),
  );
}

/** A buffer that holds exactly `bytes`. */
export function buffer(bytes: Uint8Array): AmlValue {
  const content = concatBytes([integer(bytes.length).bytes, bytes]);
  return value(Uint8Array.of(BUFFER_OP), withPackageLength(content));
}

/** A package of at most 255 elements. */
export function packageOf(elements: readonly AmlValue[]): AmlValue {
  assert(elements.length <= MAX_PACKAGE_ELEMENTS, 'a package has at most 255 elements');
  const content = concatBytes([
    Uint8Array.of(elements.length),
    ...elements.map((element) => element.bytes),
  ]);
  return value(Uint8Array.of(PACKAGE_OP), withPackageLength(content));
}

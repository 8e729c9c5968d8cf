import { describe, expect, it } from 'vitest';
import { withPackageLength } from './code.ts';
import { nameSegment } from './name-segment.ts';
import { buffer, eisaId, integer, packageOf, string } from './value.ts';

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

describe('AML values', () => {
  it.each([
    [0, '00'],
    [1, '01'],
    [2, '0a 02'],
    [0xff, '0a ff'],
    [0x100, '0b 00 01'],
    [0xffff, '0b ff ff'],
    [0x1_0000, '0c 00 00 01 00'],
    [0xffff_ffff, '0c ff ff ff ff'],
    [0x1_0000_0000, '0e 00 00 00 00 01 00 00 00'],
  ])('encodes the integer %d in its shortest form', (number, bytes) => {
    expect(hex(integer(number).bytes)).toBe(bytes);
  });

  it.each([-1, 0.5, 2 ** 53])('rejects %d as an integer', (number) => {
    expect(() => integer(number)).toThrow('unsigned integer');
  });

  it.each([
    // ACPI 6.5, 19.6.36 gives EisaId of PNP0A03 as 0x030AD041
    ['PNP0A03', '0c 41 d0 0a 03'],
    ['PNP0501', '0c 41 d0 05 01'],
    ['PNP0B00', '0c 41 d0 0b 00'],
  ])('compresses the EISA identifier %s', (id, bytes) => {
    expect(hex(eisaId(id).bytes)).toBe(bytes);
  });

  it.each(['LNRO0005', 'pnp0a03', 'PNP0A0'])('rejects %s as an EISA identifier', (id) => {
    expect(() => eisaId(id)).toThrow('EISA identifier');
  });

  it('ends a string with a zero', () => {
    expect(hex(string('LNRO').bytes)).toBe('0d 4c 4e 52 4f 00');
  });

  it('rejects characters outside ASCII in a string', () => {
    expect(() => string('µ')).toThrow('printable ASCII');
  });

  it('puts its length before the bytes of a buffer', () => {
    expect(hex(buffer(Uint8Array.of(0xaa, 0xbb)).bytes)).toBe('11 05 0a 02 aa bb');
  });

  it('puts the number of elements before a package', () => {
    expect(hex(packageOf([integer(0), integer(5)]).bytes)).toBe('12 05 02 00 0a 05');
  });
});

describe('package length', () => {
  // The length counts itself: 62 bytes and one of length are the last that fit six bits.
  it.each([
    [0, '01'],
    [62, '3f'],
    [63, '41 04'],
    [0xfff - 2, '4f ff'],
    [0xfff - 1, '81 00 01'],
    [0xf_ffff - 3, '8f ff ff'],
    [0xf_ffff - 2, 'c1 00 00 01'],
  ])('of %d bytes is %s', (length, lead) => {
    const whole = withPackageLength(new Uint8Array(length).fill(0xee));

    const leadLength = whole.length - length;
    expect(hex(whole.subarray(0, leadLength))).toBe(lead);
  });
});

describe('AML names', () => {
  it('pads a segment with underscores', () => {
    expect(hex(nameSegment('_SB'))).toBe('5f 53 42 5f');
  });

  it.each(['', '0ABC', 'TOOLONG', 'abc', '_SB.PCI0'])("rejects '%s'", (name) => {
    expect(() => nameSegment(name)).toThrow('AML name segment');
  });
});

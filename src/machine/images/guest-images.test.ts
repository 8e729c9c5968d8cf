import { describe, expect, it } from 'vitest';
import { fakeKernel, SECTOR, type FakeKernelHeader } from '../../../test/support/fake-kernel.ts';
import {
  checkDisk,
  checkBios,
  checkInitrd,
  checkKernel,
  checkMemory,
  checkVgaBios,
  InputError,
  MAX_MEMORY_MIB,
  MIN_MEMORY_MIB,
} from './guest-images.ts';

const MIB = 1 << 20;
/** Last byte of the setup header that the checks read. */
const HEADER_END = 0x264;

describe('checkMemory', () => {
  it.each([MIN_MEMORY_MIB, 128, MAX_MEMORY_MIB])('takes %d MiB', (memory) => {
    expect(() => checkMemory(memory)).not.toThrow();
  });

  it.each([MIN_MEMORY_MIB - 1, MAX_MEMORY_MIB + 1, 3, 0, -128, 128.5, NaN, Infinity])(
    'refuses %d MiB and says what is possible',
    (memory) => {
      expect(() => checkMemory(memory)).toThrow(InputError);
      expect(() => checkMemory(memory)).toThrow(/72 to 1024 MiB.*not (-?[\d.]+|NaN|Infinity)/);
    },
  );
});

describe('checkKernel', () => {
  it('takes a bzImage that is as long as its header says', () => {
    expect(() => checkKernel(fakeKernel(), 'console=ttyS0')).not.toThrow();
  });

  it('takes 0 setup sectors for 4, as the boot protocol says', () => {
    expect(() => checkKernel(fakeKernel({ setupSectors: 0 }), '')).not.toThrow();
    expect(() => checkKernel(fakeKernel({ setupSectors: 0 }).slice(0, -SECTOR), '')).toThrow(
      /truncated/,
    );
  });

  it('takes a kernel that lies inside a larger buffer', () => {
    const kernel = fakeKernel();
    const buffer = new Uint8Array(kernel.length + 7);
    buffer.set(kernel, 7);
    expect(() => checkKernel(buffer.subarray(7), '')).not.toThrow();
  });

  it.each<[string, Uint8Array]>([
    ['no bytes at all', new Uint8Array()],
    ['zeros', new Uint8Array(MIB)],
    ['an ELF file', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(2000)])],
    ['a text', new TextEncoder().encode('#!/bin/sh\n'.repeat(200))],
    ['a bzImage cut within its header', fakeKernel().slice(0, HEADER_END - 1)],
    ['a boot sector of something else', fakeKernel({ magic: 0 })],
    ['a header without a boot flag', fakeKernel({ bootFlag: 0 })],
  ])('refuses %s as no kernel', (_what, kernel) => {
    expect(() => checkKernel(kernel, '')).toThrow(InputError);
    expect(() => checkKernel(kernel, '')).toThrow(/not a Linux bzImage.*arch\/x86\/boot\/bzImage/);
  });

  it.each<[string, number]>([
    ['after the header', HEADER_END],
    ['amid the setup sectors', 2 * SECTOR - 1],
    ['before the compressed kernel', 2 * SECTOR],
    ['in the last 16 bytes but one', 2 * SECTOR + 3 * 16],
  ])('refuses a kernel that is cut %s, with both lengths', (_where, length) => {
    const kernel = fakeKernel();
    expect(() => checkKernel(kernel.slice(0, length), '')).toThrow(
      new RegExp(`truncated.*${kernel.length} bytes.*has ${length}`),
    );
  });

  it('takes a file that ends within the last unit of 16 bytes', () => {
    expect(() => checkKernel(fakeKernel().slice(0, -15), '')).not.toThrow();
  });

  it.each<[string, Partial<FakeKernelHeader>]>([
    ['an old protocol', { version: 0x205 }],
    ['a zImage, which is loaded low', { loadFlags: 0 }],
  ])('refuses %s', (_what, header) => {
    expect(() => checkKernel(fakeKernel(header), '')).toThrow(/boot protocol 2\.\d+.*2\.06/);
  });

  it('refuses a kernel for 64-bit processors, as long as the protocol tells', () => {
    expect(() => checkKernel(fakeKernel({ xloadflags: 1 }), '')).toThrow(InputError);
    expect(() => checkKernel(fakeKernel({ xloadflags: 1 }), '')).toThrow(
      'This kernel is for 64-bit processors, and the machine has a 32-bit one.',
    );
    expect(() => checkKernel(fakeKernel({ xloadflags: 1, version: 0x20b }), '')).not.toThrow();
    expect(() => checkKernel(fakeKernel({ xloadflags: 0xfffe }), '')).not.toThrow();
  });

  it('refuses a kernel that would reach into the initrd', () => {
    const kernel = fakeKernel({ syssize: (63 * MIB) / 16 });
    expect(() => checkKernel(kernel, '')).toThrow(/too large \(63\.0 MiB\)/);
  });

  it('refuses a command line that this kernel cannot take', () => {
    const kernel = fakeKernel({ commandLineSize: 255 });
    expect(() => checkKernel(kernel, 'x'.repeat(255))).not.toThrow();
    expect(() => checkKernel(kernel, 'x'.repeat(256))).toThrow(/256 characters.*at most 255/);
  });

  it.each(['a\nb', 'a\0b', 'straße', '🐧', '\t'])('refuses %j in a command line', (commandLine) => {
    expect(() => checkKernel(fakeKernel(), commandLine)).toThrow(/printable ASCII/);
  });
});

describe('checkInitrd', () => {
  it('takes what fits between 64 MiB and the firmware at the end of memory', () => {
    expect(() => checkInitrd(new Uint8Array(7 * MIB), 72)).not.toThrow();
  });

  it('refuses one byte more, and says how much memory would do', () => {
    expect(() => checkInitrd(new Uint8Array(7 * MIB + 1), 72)).toThrow(InputError);
    expect(() => checkInitrd(new Uint8Array(7 * MIB + 1), 72)).toThrow(
      /\(7\.0 MiB\) is too large for 72 MiB.*at least 73 MiB/,
    );
    expect(() => checkInitrd(new Uint8Array(7 * MIB + 1), 73)).not.toThrow();
  });

  it('refuses one that no machine can hold, and does not advise more memory', () => {
    expect(() => checkInitrd({ length: 960 * MIB }, 1024)).toThrow(
      /Even 1024 MiB.*make it smaller/,
    );
  });

  it('refuses an empty one', () => {
    expect(() => checkInitrd(new Uint8Array(), 128)).toThrow('The initrd is empty.');
  });
});

describe('checkDisk', () => {
  it('takes whole sectors', () => {
    expect(() => checkDisk(new Uint8Array(3 * SECTOR))).not.toThrow();
  });

  it.each([
    [0, 'The disk is empty.'],
    [511, 'The disk has 511 bytes, which is no multiple of 512'],
    [3 * SECTOR + 500, 'Pad the raw image to 2048 bytes'],
  ])('refuses one of %i bytes', (length, message) => {
    expect(() => checkDisk(new Uint8Array(length))).toThrow(InputError);
    expect(() => checkDisk(new Uint8Array(length))).toThrow(message);
  });
});

describe('firmware', () => {
  const KIB_64 = 0x1_0000;

  it('is taken where there is room', () => {
    expect(() => checkBios({ length: KIB_64 })).not.toThrow();
    expect(() => checkBios({ length: 2 * KIB_64 })).not.toThrow();
    expect(() => checkVgaBios({ length: 1 })).not.toThrow();
    expect(() => checkVgaBios({ length: KIB_64 })).not.toThrow();
  });

  it.each([
    [checkBios, 0, 'The BIOS has 0 bytes.'],
    [checkBios, KIB_64 + 1, 'The BIOS has 65537 bytes. Give one of 64 or 128 KiB'],
    [checkBios, 3 * KIB_64, 'The BIOS has 196608 bytes.'],
    [checkVgaBios, 0, 'The VGA BIOS has 0 bytes.'],
    [checkVgaBios, KIB_64 + 1, 'The VGA BIOS has 65537 bytes. Give one of at most 64 KiB.'],
  ])('is refused by %o with %i bytes', (check, length, message) => {
    expect(() => check({ length })).toThrow(InputError);
    expect(() => check({ length })).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import {
  DEVICE_LINEAR,
  FakeGuest,
  PAGE_OFFSET,
  PROGRAM_LINEAR,
} from '../../test/support/fake-guest.ts';
import { NOTHING } from './guest-view.ts';
import { KernelMemory } from './kernel-memory.ts';

const CR4_PHYSICAL_ADDRESS_EXTENSION = 0x20;
const POINTERS = 0x8000;
const DIRECTORY = 0x9000;
const TABLE = 0xa000;
const PRESENT = 1;
const USER = 4;
const LARGE = 0x80;

function memoryOf(guest: FakeGuest): KernelMemory {
  const memory = new KernelMemory();
  memory.begin(guest);
  return memory;
}

/** Tables of 64-bit entries: PAGE_OFFSET is RAM from 0 on in a large page; 2 MiB above it are small pages. */
function extended(): FakeGuest {
  const guest = new FakeGuest();
  guest.cr3 = POINTERS;
  guest.cr4 = CR4_PHYSICAL_ADDRESS_EXTENSION;
  const put = (at: number, low: number, high = 0): void => {
    guest.words[at / 4] = low;
    guest.words[at / 4 + 1] = high;
  };
  put(POINTERS + 3 * 8, DIRECTORY | PRESENT);
  put(DIRECTORY, 0 | PRESENT | LARGE);
  put(DIRECTORY + 8, TABLE | PRESENT | USER);
  put(TABLE, 0x5000 | PRESENT, 0x8000_0000);
  put(TABLE + 8, 0x6000 | PRESENT | USER);
  put(TABLE + 16, 0x7000 | PRESENT, 1);
  put(TABLE + 24, 0x7000);
  return guest;
}

const SMALL_PAGES = PAGE_OFFSET + 0x20_0000;

describe("a kernel's memory", () => {
  it('is read by words and bytes', () => {
    const guest = new FakeGuest();
    guest.poke(PAGE_OFFSET + 0x2_0000, 0x8765_4321);
    const memory = memoryOf(guest);
    expect(memory.word(PAGE_OFFSET + 0x2_0000)).toBe(0x8765_4321);
    expect([0, 1, 2, 3].map((at) => memory.byte(PAGE_OFFSET + 0x2_0000 + at))).toEqual([
      0x21, 0x43, 0x65, 0x87,
    ]);
  });

  it.each([
    ['an address that is no multiple of 4', PAGE_OFFSET + 1],
    ["a program's page", PROGRAM_LINEAR],
    ["a device's page", DEVICE_LINEAR],
    ['a page that is not there', DEVICE_LINEAR + 0x1000],
    ['a directory that is not there', 0xe000_0000],
    ['the last word of all', 0xffff_fffc],
  ])('has no word at %s', (_what, linear) => {
    expect(memoryOf(new FakeGuest()).word(linear)).toBe(NOTHING);
  });

  it.each([
    [PAGE_OFFSET, 0],
    [PAGE_OFFSET + 0x1f_fffc, 0x1f_fffc],
    [SMALL_PAGES + 0x123, 0x5123],
    [SMALL_PAGES + 0x1000, NOTHING],
    [SMALL_PAGES + 0x2000, NOTHING],
    [SMALL_PAGES + 0x3000, NOTHING],
    [0x4000_0000, NOTHING],
  ])('with 64-bit entries has %i at %i', (linear, physical) => {
    expect(memoryOf(extended()).physical(linear)).toBe(physical);
  });

  it('has no large pages where the processor has none, and no pages without paging', () => {
    const plain = new FakeGuest();
    plain.cr4 = 0;
    expect(memoryOf(plain).physical(PAGE_OFFSET + 0x1000)).not.toBe(0x1000);
    const real = new FakeGuest();
    real.cr0 = 1;
    expect(memoryOf(real).physical(PAGE_OFFSET)).toBe(NOTHING);
  });

  it('is looked at anew from each `begin` on', () => {
    const guest = extended();
    const memory = memoryOf(guest);
    expect(memory.physical(SMALL_PAGES)).toBe(0x5000);
    guest.words[TABLE / 4] = 0;
    expect(memory.physical(SMALL_PAGES)).toBe(0x5000);
    memory.begin(guest);
    expect(memory.physical(SMALL_PAGES)).toBe(NOTHING);
  });

  it('keeps pages apart that are looked at by turns', () => {
    const guest = extended();
    const memory = memoryOf(guest);
    for (let round = 0; round < 3; round += 1) {
      expect(memory.physical(PAGE_OFFSET + 8)).toBe(8);
      expect(memory.physical(SMALL_PAGES + 8)).toBe(0x5008);
      expect(memory.physical(SMALL_PAGES + 0x1008)).toBe(NOTHING);
    }
  });
});

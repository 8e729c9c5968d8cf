import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  kallsymsImage,
  type ImageSymbol,
  type KallsymsLayout,
} from '../../test/support/kallsyms-image.ts';
import { findKallsyms } from './kallsyms.ts';

const KERNEL = 0xc100_0000;
const LAYOUTS: readonly KallsymsLayout[] = [
  'addresses',
  'offsets-first',
  'sequences',
  'tokens-first',
];
const TYPES = ['T', 't', 'D', 'W'];
const LONG = `viommu_${'long_'.repeat(60)}`;

/** Enough for five markers; every fourth is data, and one name takes two bytes for its length. */
const SYMBOLS: readonly ImageSymbol[] = Array.from({ length: 1100 }, (_unused, index) => ({
  address: KERNEL + index * 32,
  type: TYPES[index % TYPES.length] ?? 'T',
  name: index === 701 ? LONG : `viommu_function_${index}`,
}));

/** RAM with a kernel's tables somewhere in it, amid what looks a little like them. */
function ramWith(image: Uint8Array, at: number): Uint8Array {
  const ram = new Uint8Array(0x4_0000);
  ram.set(
    new TextEncoder().encode(
      '0\u00001\u00002\u00003\u00004\u00005\u00006\u00007\u00008\u00009\u0000',
    ),
    333,
  );
  for (let place = 0x1000; place < at - 64; place += 5) ram[place] = (place * 31) & 0xff;
  ram.set(image, at);
  for (let place = at + image.length + 64; place < ram.length; place += 3)
    ram[place] = place & 0xff;
  return ram;
}

describe.each(LAYOUTS)('kallsyms with %s', (layout) => {
  it.each([0x1_0000, 0x1_0004, 0x2_0010])('are found at byte %i of RAM', (at) => {
    const table = findKallsyms(ramWith(kallsymsImage(SYMBOLS, layout), at));
    expect(table?.count).toBe(SYMBOLS.filter(({ type }) => type !== 'D').length);
    expect(table?.at(KERNEL + 5 * 32 + 3)).toEqual({ name: 'viommu_function_5', offset: 3 });
    expect(table?.at(KERNEL + 701 * 32)).toEqual({ name: LONG, offset: 0 });
    expect(table?.at(KERNEL + 1099 * 32)).toEqual({ name: 'viommu_function_1099', offset: 0 });
    // Data is left out.
    expect(table?.at(KERNEL + 6 * 32)).toEqual({ name: 'viommu_function_5', offset: 32 });
  });

  it('are found at any digits of theirs, and only whole', () => {
    const image = kallsymsImage(SYMBOLS, layout);
    for (let at = 0x1_0000; at < 0x1_0000 + 80; at += 4) {
      expect(findKallsyms(ramWith(image, at))?.count).toBeDefined();
    }
    const cut = ramWith(image, 0x1_0000);
    expect(findKallsyms(cut.subarray(0, 0x1_0000 + 4000))).toBeUndefined();
  });

  it('give an answer, or none, whatever is damaged', () => {
    const image = kallsymsImage(SYMBOLS, layout);
    const damage = fc.tuple(fc.nat(image.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 8 }), (damages) => {
        const spoilt = image.slice();
        for (const [at, byte] of damages) spoilt[at] = byte;
        const table = findKallsyms(spoilt);
        expect(table === undefined || table.count <= SYMBOLS.length).toBe(true);
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});

describe('kallsyms', () => {
  it('give data that tells the task, where a kernel has it', () => {
    const task = { address: KERNEL + 0x10_0000, type: 'D', name: 'init_task' };
    const image = kallsymsImage([...SYMBOLS, task], 'tokens-first');
    expect(findKallsyms(ramWith(image, 0x1_0000))?.addressOf('init_task')).toBe(task.address);
  });

  it('are not found where there are none', () => {
    expect(findKallsyms(new Uint8Array(0))).toBeUndefined();
    expect(findKallsyms(new Uint8Array(0x1_0000))).toBeUndefined();
  });

  it('are given up in RAM that is full of digits', () => {
    const ram = new Uint8Array(0x10_0000);
    for (let at = 0; at < ram.length; at += 2) ram[at] = 0x30 + ((at / 2) % 10);
    expect(findKallsyms(ram)).toBeUndefined();
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Zstd } from '@hpcc-js/wasm-zstd';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../../test/support/expect-same.ts';
import { InputError } from '../images/guest-images.ts';
import type { BootedGuest } from './booted-guest.ts';
import { earlyEnd, readEarlyPart, readSnapshotFile, writeSnapshotFile } from './snapshot-file.ts';

const require = createRequire(import.meta.url);
const V86 = new WebAssembly.Module(readFileSync(require.resolve('v86/build/v86.wasm')));
const zstd = await Zstd.load();
const pack = (bytes: Uint8Array): Uint8Array => zstd.compress(bytes);

const PAGE_WORDS = 1024;
const MEMORY = {
  bytes: 1 << 20,
  numbers: Uint32Array.of(3, 17),
  pages: [new Uint32Array(PAGE_WORDS).fill(0x1234_5678), new Uint32Array(PAGE_WORDS).fill(9)],
};
const DEVICES = Uint8Array.from({ length: 70_001 }, (_, index) => index * 7).buffer;

/** A guest with a value of each kind that a file holds; what is not looked at here is left out. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the parts that are looked at
const GUEST = {
  builtFrom: { kernel: 'abc' },
  story: {
    console: new TextEncoder().encode('Linux version 6\n# '.repeat(9_000)),
    agent: Uint8Array.of(1, 2),
    events: [{ timeMs: 1.5, instructions: 7, event: { kind: 'reset', sequence: 1 } }],
    state: null,
    mappings: [{ domain: 1, mappings: [{ virtStart: 2n ** 64n - 4096n, flags: 3 }] }],
    bootMs: 1731.5438600000002,
    timeMs: 3108,
    instructions: 172_000_000,
  },
  machine: {
    version: 3,
    board: {
      emulator: { memory: MEMORY, devices: DEVICES, code: new Map(), clock: { idleMs: 0.25 } },
      disk: [{ index: 1, bytes: Uint8Array.of(1, 2, 3) }],
    },
  },
} as unknown as BootedGuest;

const PACKED = await writeSnapshotFile(GUEST, pack);
const DAMAGED = /damaged or cut short/;

describe('a snapshot file', () => {
  it.each([
    ['as it is', undefined],
    ['with zstd', pack],
  ])('gives back what was written, packed %s', async (_, packing) => {
    const file = await writeSnapshotFile(GUEST, packing);
    expectSame(await readSnapshotFile(file, V86), GUEST);
  });

  it('has the same bytes each time', async () => {
    expectSame(await writeSnapshotFile(GUEST, pack), PACKED);
  });

  it('tells its story before the machine is there', async () => {
    const end = earlyEnd(PACKED.subarray(0, 24)) ?? 0;
    expect(earlyEnd(PACKED.subarray(0, 23))).toBeUndefined();
    const early = await readEarlyPart(PACKED.subarray(0, end));
    expect(early.story).toEqual(GUEST.story);
    expect(early.lateStart + early.packing.packedBytes).toBe(PACKED.length);
    expectSame(await readSnapshotFile(PACKED, V86, early), GUEST);
  });

  it.each([0, 5, 23, 24, 400, PACKED.length - 1])(
    'is refused when cut to %i bytes',
    async (length) => {
      const cut = PACKED.slice(0, length);
      await expect(readSnapshotFile(cut, V86)).rejects.toThrow(InputError);
      await expect(readSnapshotFile(cut, V86)).rejects.toThrow(DAMAGED);
    },
  );

  it.each([20, 24, 60, 300, PACKED.length - 400, PACKED.length - 1])(
    'is refused when byte %i is another',
    async (at) => {
      const damaged = PACKED.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      await expect(readSnapshotFile(damaged, V86)).rejects.toThrow(DAMAGED);
    },
  );

  it('is refused when a byte follows it', async () => {
    await expect(readSnapshotFile(Uint8Array.of(...PACKED, 0), V86)).rejects.toThrow(DAMAGED);
  });

  it('says so when its format is another, or it is no snapshot', async () => {
    const newer = PACKED.slice();
    newer[16] = 9;
    await expect(readSnapshotFile(newer, V86)).rejects.toThrow('has format 9; this program reads');
    await expect(readSnapshotFile(Uint8Array.of(0x7f, 0x45), V86)).rejects.toThrow(
      'This is not a snapshot of a guest.',
    );
  });
});

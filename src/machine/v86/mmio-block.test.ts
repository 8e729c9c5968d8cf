import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { installMmioBlock, type MmioRegisters } from './mmio-block.ts';
import {
  BLOCK_PLACE,
  IOMMU_PLACE,
  MMIO_BLOCK_BASE,
  MMIO_BLOCK_SIZE,
  ROGUE_PLACE,
} from '../plan/topology.ts';
import type { V86Cpu } from './v86-internals.ts';

type Access = readonly [
  window: string,
  kind: 'read' | 'write',
  offset: number,
  width: number,
  value?: number,
];

const accesses: Access[] = [];
let cpu: V86Cpu;

function recorder(name: string): MmioRegisters {
  return {
    read: (offset, width) => {
      accesses.push([name, 'read', offset, width]);
      return width === 1 ? 0xab : 0xfedc_ba98;
    },
    write: (offset, width, value) => {
      accesses.push([name, 'write', offset, width, value]);
    },
  };
}

beforeAll(async () => {
  ({ cpu } = await stoppedEmulator());
  installMmioBlock(
    cpu,
    new Map([
      [IOMMU_PLACE.base, recorder('iommu')],
      [BLOCK_PLACE.base, recorder('block')],
      [ROGUE_PLACE.base, recorder('rogue')],
    ]),
  );
});

beforeEach(() => {
  accesses.length = 0;
});

// The PC's own reads and writes, through v86's address decoding.
describe('the MMIO block in the PC’s address map', () => {
  it.each([
    ['iommu', IOMMU_PLACE.base],
    ['block', BLOCK_PLACE.base],
    ['rogue', ROGUE_PLACE.base],
  ])('reaches the window of %s from its first to its last byte', (name, base) => {
    expect(cpu.read32s(base)).toBe(0xfedc_ba98 | 0);
    expect(cpu.read8(base + 0xfff)).toBe(0xab);
    expect(accesses).toEqual([
      [name, 'read', 0, 4],
      [name, 'read', 0xfff, 1],
    ]);
  });

  it('makes two bytes of a half word', () => {
    expect(cpu.read16(IOMMU_PLACE.base + 0x100)).toBe(0xabab);
    expect(accesses.map(([, , offset, width]) => [offset, width])).toEqual([
      [0x100, 1],
      [0x101, 1],
    ]);
  });

  it('writes words unsigned', () => {
    cpu.write32(BLOCK_PLACE.base + 0x50, -1);
    expect(accesses).toEqual([['block', 'write', 0x50, 4, 0xffff_ffff]]);
  });

  it.each([ROGUE_PLACE.base + 0x1000, MMIO_BLOCK_BASE + MMIO_BLOCK_SIZE - 4])(
    'has nobody at %i: all ones, and writes are ignored',
    (address) => {
      expect(cpu.read32s(address)).toBe(-1);
      expect(cpu.read8(address)).toBe(0xff);
      expect(() => cpu.write32(address, 1)).not.toThrow();
      expect(accesses).toEqual([]);
    },
  );
});

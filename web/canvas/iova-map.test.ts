import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellAddress, CELLS_PER_BLOCK, EMPTY_AXIS, extendAxis } from './iova-axis.ts';
import { blockCapacity, cellAt, GLOW_MS, layoutIovaMap } from './iova-layout.ts';
import { sparklinePath } from './sparkline.ts';

const VIEWPORT = { width: 306, height: 76 };
const TOP = 2n ** 64n;

function row(
  start: bigint,
  bytes: bigint,
  flags = 3,
): {
  start: bigint;
  end: bigint;
  phys: bigint;
  flags: number;
} {
  return { start, end: start + bytes - 1n, phys: 0n, flags };
}

describe('extendAxis', () => {
  it('leaves out what was never used', () => {
    const axis = extendAxis(EMPTY_AXIS, [row(0n, 0x1000n), row(0xffff_f000n, 0x1000n)], 30);
    expect(axis).toEqual({ cellShift: 12, blocks: [0n, 0xffffn] });
  });

  it('stands still while mappings come back to where they were', () => {
    const axis = extendAxis(EMPTY_AXIS, [row(0n, 0x1000n), row(0x20_0000n, 0x1000n)], 30);
    expect(extendAxis(axis, [row(0x3000n, 0x2000n)], 30)).toBe(axis);
    expect(extendAxis(axis, [], 30)).toBe(axis);
  });

  it('shows every row in the blocks it has, whatever a guest maps', () => {
    const any = fc.record({
      start: fc.bigInt({ min: 0n, max: TOP - 1n }),
      bytes: fc.bigInt({ min: 1n, max: TOP }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (all, max) => {
        const rows = all.map(({ start, bytes }) =>
          row(start, start + bytes > TOP ? TOP - start : bytes),
        );
        const axis = extendAxis(EMPTY_AXIS, rows, max);
        expect(axis.blocks.length).toBeLessThanOrEqual(max);
        const shift = BigInt(axis.cellShift + 4);
        for (const { start, end } of rows) {
          expect(axis.blocks).toContain(start >> shift);
          expect(axis.blocks).toContain(end >> shift);
        }
      }),
    );
  });
});

describe('layoutIovaMap', () => {
  const rows = [row(0x0n, 0x2000n, 1), row(0x3000n, 0x1000n, 2), row(0x10_0000n, 0x1000n, 3)];
  const axis = extendAxis(EMPTY_AXIS, rows, blockCapacity(VIEWPORT));

  it('fills a cell by the rights of what it holds', () => {
    const layout = layoutIovaMap(axis, rows, [], 0, VIEWPORT);
    expect(layout.cells).toHaveLength(2 * CELLS_PER_BLOCK);
    expect(layout.cells.slice(0, 5).map((cell) => cell.fill)).toEqual([
      'read',
      'read',
      'free',
      'write',
      'free',
    ]);
    expect(layout.cells[CELLS_PER_BLOCK]).toMatchObject({ fill: 'both', address: 0x10_0000n });
  });

  it('stays inside its viewport, without two cells in one place', () => {
    const many = Array.from({ length: 400 }, (_, page) => row(BigInt(page) * 0x3000n, 0x1000n));
    for (const width of [90, 200, 306, 900]) {
      const viewport = { width, height: 76 };
      const wide = extendAxis(EMPTY_AXIS, many, blockCapacity(viewport));
      const { cells, pitch } = layoutIovaMap(wide, many, [], 0, viewport);
      const places = new Set(cells.map((cell) => `${cell.x},${cell.y}`));
      expect(places.size).toBe(cells.length);
      for (const cell of cells) {
        expect(cell.y + pitch).toBeLessThanOrEqual(viewport.height);
        if (width > 96) expect(cell.x + pitch).toBeLessThanOrEqual(width);
      }
    }
  });

  it('lets a change glow and fade', () => {
    const change = { kind: 'mapped', start: 0x3000n, end: 0x3fffn, atMs: 1000 } as const;
    const glowAt = (nowMs: number) => layoutIovaMap(axis, rows, [change], nowMs, VIEWPORT).glows;
    expect(glowAt(1000)).toEqual([expect.objectContaining({ kind: 'mapped', strength: 1 })]);
    expect(glowAt(1000 + GLOW_MS / 2)[0]?.strength).toBeCloseTo(0.5);
    expect(glowAt(1000 + GLOW_MS)).toEqual([]);
  });

  it('finds the cell under the pointer', () => {
    const layout = layoutIovaMap(axis, rows, [], 0, VIEWPORT);
    expect(cellAt(layout, 3.5 * layout.pitch, 1)?.address).toBe(0x3000n);
    expect(cellAt(layout, 3.5 * layout.pitch, 70)).toBeNull();
  });

  it('gives each cell the address of its first byte', () => {
    expect(cellAddress({ cellShift: 13, blocks: [2n] }, 2n, 3)).toBe(0x40000n + 0x6000n);
  });
});

describe('sparklinePath', () => {
  it('is empty until there are two samples, then ends at the right edge', () => {
    expect(sparklinePath([1], 32, 46, 16)).toBe('');
    expect(sparklinePath([0, 4], 2, 46, 16)).toBe('M0.0 16L0.0 16.0L46.0 0.0L46 16Z');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseDmaWay, DMA_WAYS, dmaWayOf } from './dma-way.ts';

describe('how DMA goes', () => {
  it.each([
    ['translated', '', 'strict'],
    ['translated', 'quiet iommu.strict=0', 'lazy'],
    ['translated', 'iommu.strict=0 iommu.strict=1', 'strict'],
    ['translated', 'xiommu.strict=0', 'strict'],
    ['bypass', 'iommu.strict=0', 'bypass'],
    ['off', '', 'off'],
  ] as const)('is known by mode %s and command line %j: %s', (mode, append, way) => {
    expect(dmaWayOf(mode, append)).toBe(way);
  });

  it('keeps the rest of the command line, whatever is chosen how often', () => {
    expect(chooseDmaWay('lazy', 'quiet iommu.strict=1 loglevel=3')).toEqual({
      mode: 'translated',
      append: 'quiet loglevel=3 iommu.strict=0',
    });
    const way = fc.constantFrom(...DMA_WAYS);
    fc.assert(
      fc.property(way, way, (first, second) => {
        const { append } = chooseDmaWay(first, 'a=1 b');
        const chosen = chooseDmaWay(second, append);
        expect(dmaWayOf(chosen.mode, chosen.append)).toBe(second);
        expect(chosen).toEqual(chooseDmaWay(second, 'a=1 b'));
      }),
      { seed: 1 },
    );
  });
});

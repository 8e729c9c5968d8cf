import { describe, expect, it } from 'vitest';
import { IDENTITY } from '../../test/tools/pc-description.ts';
import type { PciRange } from './iommu-description.ts';
import { byteSum, TABLE_HEADER_SIZE } from './table.ts';
import { ViotBuilder } from './viot.ts';

const FIRST_NODE = 48;
const IOMMU_NODE_SIZE = 16;
const BUS_0: PciRange = {
  endpointStart: 0,
  segmentStart: 0,
  segmentEnd: 0,
  bdfStart: 0,
  bdfEnd: 0xff,
};
const RESERVED_6 = [0, 0, 0, 0, 0, 0];

describe('[C18] VIOT', () => {
  it('[C19 C20] has a header of 48 bytes, then the nodes in the order they were added', () => {
    const viot = new ViotBuilder();
    const iommu = viot.addMmioIommu(0xfd00_0000);
    viot.addPciRange(iommu, BUS_0);
    viot.addMmioEndpoint(iommu, { endpoint: 0x1000, baseAddress: 0xfd02_0000 });

    const table = viot.build(IDENTITY);

    expect(String.fromCharCode(...table.subarray(0, 4))).toBe('VIOT');
    expect(byteSum(table)).toBe(0);
    expect(Array.from(table.subarray(TABLE_HEADER_SIZE))).toEqual(
      [
        [3, 0, FIRST_NODE, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [4, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0, 0, 0, 0],
        [1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, FIRST_NODE, 0, ...RESERVED_6],
        [2, 0, 24, 0, 0, 0x10, 0, 0, 0, 0, 2, 0xfd, 0, 0, 0, 0, FIRST_NODE, 0, ...RESERVED_6],
      ].flat(),
    );
  });

  it('[C20] names each endpoint its own IOMMU by that node offset', () => {
    const viot = new ViotBuilder();
    const onPci = viot.addPciIommu(1, 0x0810);
    const onMmio = viot.addMmioIommu(0x1_2345_6000);
    viot.addPciRange(onMmio, {
      endpointStart: 0x0001_0203,
      segmentStart: 0x0102,
      segmentEnd: 0x0304,
      bdfStart: 0x0506,
      bdfEnd: 0x0708,
    });
    viot.addMmioEndpoint(onPci, { endpoint: 7, baseAddress: 0xe000_0000 });

    const nodes = Array.from(viot.build(IDENTITY).subarray(FIRST_NODE));

    expect(nodes).toEqual(
      [
        [3, 0, 16, 0, 1, 0, 0x10, 0x08, 0, 0, 0, 0, 0, 0, 0, 0],
        [4, 0, 16, 0, 0, 0, 0, 0, 0x00, 0x60, 0x45, 0x23, 0x01, 0, 0, 0],
        [1, 0, 24, 0, 3, 2, 1, 0, 2, 1, 4, 3, 6, 5, 8, 7],
        [FIRST_NODE + IOMMU_NODE_SIZE, 0, ...RESERVED_6],
        [2, 0, 24, 0, 7, 0, 0, 0, 0, 0, 0, 0xe0, 0, 0, 0, 0, FIRST_NODE, 0, ...RESERVED_6],
      ].flat(),
    );
  });

  it('rejects the handle of another table', () => {
    const foreign = new ViotBuilder().addMmioIommu(0xfd00_0000);

    expect(() => new ViotBuilder().addPciRange(foreign, BUS_0)).toThrow('its own table');
  });

  it.each([
    ['overlaps', { ...BUS_0, bdfStart: 0xff, bdfEnd: 0x1ff }, 'do not overlap'],
    ['ends before its start', { ...BUS_0, bdfStart: 0x200, bdfEnd: 0x1ff }, 'before its start'],
    ['has segments that end before their start', { ...BUS_0, segmentStart: 1 }, 'segment range'],
  ])('rejects a PCI range that %s', (_, range, message) => {
    const viot = new ViotBuilder();
    const iommu = viot.addMmioIommu(0xfd00_0000);
    viot.addPciRange(iommu, BUS_0);

    expect(() => viot.addPciRange(iommu, range)).toThrow(message);
  });

  it('accepts the same functions on another segment', () => {
    const viot = new ViotBuilder();
    const iommu = viot.addMmioIommu(0xfd00_0000);
    viot.addPciRange(iommu, BUS_0);

    viot.addPciRange(iommu, {
      ...BUS_0,
      endpointStart: 0x1_0000,
      segmentStart: 1,
      segmentEnd: 1,
    });

    expect(viot.build(IDENTITY)[TABLE_HEADER_SIZE]).toBe(3);
  });

  it('[C20] rejects an endpoint at the address of its IOMMU', () => {
    const viot = new ViotBuilder();
    const iommu = viot.addMmioIommu(0xfd00_0000);

    expect(() => viot.addMmioEndpoint(iommu, { endpoint: 1, baseAddress: 0xfd00_0000 })).toThrow(
      'same base address',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { IDENTITY, IOMMU_BASE, PC, WINDOW_SIZE } from '../../test/tools/pc-description.ts';
import type { IommuDescription } from './iommu-description.ts';
import { buildIort } from './iommu-tables.ts';
import { IortBuilder } from './iort.ts';
import { byteSum, TABLE_HEADER_SIZE } from './table.ts';

const FIRST_NODE = 48;
const PARAVIRT_SIZE = 56;
const IOMMU_BDF = 0x0010;
const ALL_FUNCTIONS = {
  endpointStart: 0,
  segmentStart: 0,
  segmentEnd: 0,
  bdfStart: 0,
  bdfEnd: 0xffff,
};

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const le32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
const le64 = (value: number): number[] => [...le32(value), ...zeros(4)];
const text = (value: string): number[] => Array.from(value, (letter) => letter.charCodeAt(0));

/** Coherency 1, no hints, reserved, flags CPM and DACS. */
const COHERENT_ACCESS = [1, 0, 0, 0, 0, 0, 0, 3];

/** Mapping: input base, number of IDs minus one, output base, output reference, flags. */
function mapping(first: number, last: number, endpoint: number, flags = 0): number[] {
  return [first, last - first, endpoint, FIRST_NODE, flags].flatMap(le32);
}

function rootComplex(segment: number, mappings: readonly number[][]): number[] {
  return [
    [2, 36 + 20 * mappings.length, 0, 1, ...zeros(4), ...le32(mappings.length), ...le32(36)],
    COHERENT_ACCESS,
    [...zeros(4), ...le32(segment), 64, 0, 0, 0],
    ...mappings,
  ].flat();
}

/** Bytes from the first node on. */
function nodes(iommus: readonly IommuDescription[]): number[] {
  return Array.from(buildIort(IDENTITY, iommus, PC.devices.mmioDevices).subarray(FIRST_NODE));
}

function pciIommu(bdf: number): IommuDescription {
  return {
    at: { kind: 'pci', segment: 0, bdf },
    pciRanges: [ALL_FUNCTIONS],
    mmioEndpoints: [],
  };
}

function mmioIommu(rest: Partial<IommuDescription>): IommuDescription {
  return {
    at: { kind: 'mmio', baseAddress: IOMMU_BASE },
    pciRanges: [],
    mmioEndpoints: [],
    ...rest,
  };
}

describe('[C18 C.3] IORT', () => {
  it('has a header of 48 bytes with the number of nodes and where they begin', () => {
    const table = buildIort(IDENTITY, PC.iommus, PC.devices.mmioDevices);

    expect(String.fromCharCode(...table.subarray(0, 4))).toBe('IORT');
    expect(table[8]).toBe(0);
    expect(byteSum(table)).toBe(0);
    expect(Array.from(table.subarray(4, 8))).toEqual(le32(table.length));
    expect(Array.from(table.subarray(TABLE_HEADER_SIZE, FIRST_NODE))).toEqual(
      [3, FIRST_NODE, 0].flatMap(le32),
    );
  });

  it('[C20] describes a PCI IOMMU by a node of its own, with its function and model 1', () => {
    expect(nodes([{ ...pciIommu(IOMMU_BDF), pciRanges: [] }])).toEqual(
      [
        [0x80, PARAVIRT_SIZE, 0, 0, ...zeros(4), ...le32(0), ...le32(PARAVIRT_SIZE)],
        [...le32(IOMMU_BDF), ...zeros(12), ...le32(1), ...le32(0), ...zeros(16)],
      ].flat(),
    );
  });

  it('[C20 C21] describes an MMIO IOMMU by its window, where its _CRS has it, and model 0', () => {
    expect(nodes([mmioIommu({})])).toEqual(
      [
        [0x80, PARAVIRT_SIZE, 0, 0, ...zeros(4), ...le32(0), ...le32(PARAVIRT_SIZE)],
        [...le64(IOMMU_BASE), ...le64(WINDOW_SIZE), ...le32(0), ...le32(0), ...zeros(16)],
      ].flat(),
    );
  });

  it.each([
    ['in the middle', 0x0010, [mapping(0, 0x000f, 0), mapping(0x0011, 0xffff, 0x0011)]],
    ['that comes first', 0x0000, [mapping(0x0001, 0xffff, 0x0001)]],
    ['that comes last', 0xffff, [mapping(0, 0xfffe, 0)]],
  ])('maps all functions but the IOMMU’s own %s', (_, bdf, mappings) => {
    expect(nodes([pciIommu(bdf)]).slice(PARAVIRT_SIZE)).toEqual(rootComplex(0, mappings));
  });

  it('maps the whole range to an MMIO IOMMU, which is no function', () => {
    const iommu = mmioIommu({ pciRanges: [ALL_FUNCTIONS] });

    expect(nodes([iommu]).slice(PARAVIRT_SIZE)).toEqual(rootComplex(0, [mapping(0, 0xffff, 0)]));
  });

  it('has a root complex for each segment, with the endpoint IDs that VIOT gives', () => {
    const range = { ...ALL_FUNCTIONS, segmentEnd: 1, bdfStart: 8, bdfEnd: 0xff, endpointStart: 5 };

    expect(nodes([mmioIommu({ pciRanges: [range] })]).slice(PARAVIRT_SIZE)).toEqual([
      ...rootComplex(0, [mapping(8, 0xff, 5)]),
      ...rootComplex(1, [mapping(8, 0xff, 0x1_0005)]),
    ]);
  });

  it('[C20] names an MMIO endpoint by its device in the namespace, a leaf with one ID', () => {
    const endpoint = { endpoint: 0x1000, baseAddress: PC.devices.mmioDevices[1]?.base ?? 0 };

    expect(nodes([mmioIommu({ mmioEndpoints: [endpoint] })]).slice(PARAVIRT_SIZE)).toEqual(
      [
        [1, 60, 0, 0, ...zeros(4), ...le32(1), ...le32(40)],
        [...zeros(4), ...COHERENT_ACCESS, 64, ...text('\\_SB.VM01'), 0, 0],
        mapping(0, 0, 0x1000, 1),
      ].flat(),
    );
  });

  it('refuses a window that the DSDT does not describe', () => {
    const unknown = mmioIommu({ mmioEndpoints: [{ endpoint: 1, baseAddress: 0x1000 }] });

    expect(() => nodes([unknown])).toThrow('described in the DSDT');
  });

  it('refuses a PCI IOMMU on a segment that the draft can not name', () => {
    const iommu = { ...pciIommu(8), at: { kind: 'pci', segment: 1, bdf: 8 } } as const;

    expect(() => nodes([iommu])).toThrow('segment 0 only');
  });

  it('refuses the handle of another table, and a mapping that ends before its start', () => {
    const iort = new IortBuilder();
    const foreign = new IortBuilder().addPciIommu(8);
    const iommu = iort.addPciIommu(8);
    const add = (each: typeof iommu, bdfStart: number) => () =>
      iort.addRootComplex(0, [{ iommu: each, bdfStart, bdfEnd: 7, endpointStart: 0 }]);

    expect(add(foreign, 0)).toThrow('its own table');
    expect(add(iommu, 8)).toThrow('before its start');
  });
});

import { describe, expect, it } from 'vitest';
import { IDENTITY, PC } from '../../test/tools/pc-description.ts';
import { buildDsdt, type DsdtDescription, type MmioDevice } from './dsdt.ts';
import { buildFacs } from './facs.ts';
import { buildFadt } from './fadt.ts';
import { buildMadt } from './madt.ts';
import { rotatedRoutes } from './pci-root.ts';
import { buildRsdp } from './rsdp.ts';
import { buildRsdt } from './rsdt.ts';
import { buildTable, byteSum, TABLE_HEADER_SIZE } from './table.ts';

const LENGTH = 4;
const REVISION = 8;

function u32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

const POINTERS = { facs: 0x1000, dsdt: 0x2000 };

describe('tables with the common header', () => {
  it.each([
    ['DSDT', 2, buildDsdt(IDENTITY, PC.devices)],
    ['FACP', 3, buildFadt(IDENTITY, PC.fixedHardware, POINTERS)],
    ['APIC', 3, buildMadt(IDENTITY, PC.interrupts)],
    ['RSDT', 1, buildRsdt(IDENTITY, [1, 2, 3])],
  ])(
    '%s has its signature, revision, length, maker, and a sum of zero',
    (name, revision, table) => {
      expect(text(table, 0, 4)).toBe(name);
      expect(table[REVISION]).toBe(revision);
      expect(u32(table, LENGTH)).toBe(table.length);
      expect(text(table, 10, 24)).toBe('VIOMMUVIOMMUPC');
      expect(u32(table, 24)).toBe(1);
      expect(text(table, 28, 32)).toBe('VIOM');
      expect(byteSum(table)).toBe(0);
    },
  );

  it('pads short names of makers with spaces', () => {
    const identity = { ...IDENTITY, oemId: 'ME', oemTableId: 'PC' };

    const table = buildTable('TEST', 0, identity, new Uint8Array());

    expect(text(table, 10, 24)).toBe('ME    PC      ');
  });

  it('rejects names of makers that are too long', () => {
    const identity = { ...IDENTITY, oemId: 'SEVENCH' };

    expect(() => buildTable('TEST', 0, identity, new Uint8Array())).toThrow('fits 6 bytes');
  });
});

describe('RSDP', () => {
  const rsdp = buildRsdp('VIOMMU', 0x1234);

  it('is the 20 bytes of ACPI 1.0 that lead to the RSDT', () => {
    expect(text(rsdp, 0, 8)).toBe('RSD PTR ');
    expect(text(rsdp, 9, 15)).toBe('VIOMMU');
    expect(rsdp[15]).toBe(0);
    expect(u32(rsdp, 16)).toBe(0x1234);
    expect(rsdp).toHaveLength(20);
    expect(byteSum(rsdp)).toBe(0);
  });
});

describe('RSDT', () => {
  it('lists the addresses after the header', () => {
    const rsdt = buildRsdt(IDENTITY, [0x11, 0x22]);

    expect(rsdt).toHaveLength(TABLE_HEADER_SIZE + 8);
    expect([u32(rsdt, 36), u32(rsdt, 40)]).toEqual([0x11, 0x22]);
  });
});

describe('FACS', () => {
  it('has 64 bytes, its signature, its length and version 1', () => {
    const facs = buildFacs();

    expect(text(facs, 0, 4)).toBe('FACS');
    expect(u32(facs, LENGTH)).toBe(64);
    expect(facs[32]).toBe(1);
    expect(facs).toHaveLength(64);
  });
});

describe('FADT', () => {
  it('has 244 bytes and the two pointers it was given', () => {
    const fadt = buildFadt(IDENTITY, PC.fixedHardware, POINTERS);

    expect(fadt).toHaveLength(244);
    expect([u32(fadt, 36), u32(fadt, 40)]).toEqual([0x1000, 0x2000]);
  });

  it.each([
    [true, true, 0b0011],
    [false, true, 0b0001],
    [true, false, 0b1011],
  ])('keyboard controller %s, MSI %s: boot flags %d', (keyboard, msi, flags) => {
    const hardware = {
      ...PC.fixedHardware,
      hasKeyboardController: keyboard,
      supportsMsi: msi,
    };

    expect(buildFadt(IDENTITY, hardware, POINTERS)[109]).toBe(flags);
  });
});

describe('MADT', () => {
  it('has one entry per processor, I/O APIC and override, in that order', () => {
    const madt = buildMadt(IDENTITY, {
      localApicAddress: 0xfee0_0000,
      processors: [{ uid: 1, apicId: 2 }],
      ioApics: [{ id: 3, address: 0xfec0_0000, gsiBase: 4 }],
      overrides: [
        { isaIrq: 9, gsi: 20, polarity: 'active-low', trigger: 'level' },
        { isaIrq: 0, gsi: 2, polarity: 'active-high', trigger: 'edge' },
      ],
    });

    expect(Array.from(madt.subarray(TABLE_HEADER_SIZE))).toEqual(
      [
        [0x00, 0x00, 0xe0, 0xfe, 1, 0, 0, 0],
        [0, 8, 1, 2, 1, 0, 0, 0],
        [1, 12, 3, 0, 0x00, 0x00, 0xc0, 0xfe, 4, 0, 0, 0],
        [2, 10, 0, 9, 20, 0, 0, 0, 0b1111, 0],
        [2, 10, 0, 0, 2, 0, 0, 0, 0b0101, 0],
      ].flat(),
    );
  });
});

describe('DSDT', () => {
  const first: MmioDevice = {
    hardwareId: 'LNRO0005',
    uid: 0,
    base: 0xfd00_0000,
    size: 0x1000,
    gsi: 17,
  };
  const withDevices = (...mmioDevices: MmioDevice[]): DsdtDescription => ({
    ...PC.devices,
    mmioDevices,
  });

  it('rejects two devices with one hardware identifier and _UID', () => {
    const twin = { ...first, base: 0xfd02_0000 };

    expect(() => buildDsdt(IDENTITY, withDevices(first, twin))).toThrow('_UID');
  });

  it('rejects windows that overlap', () => {
    const overlapping = { ...first, uid: 1, base: first.base - 1 };

    expect(() => buildDsdt(IDENTITY, withDevices(first, overlapping))).toThrow('overlap');
  });

  it('calls an interrupt shared only if two devices have it', () => {
    const exclusive = [0x89, 6, 0, 0b0001, 1, 17].join();
    const shared = [0x89, 6, 0, 0b1001, 1, 17].join();
    const second = { ...first, uid: 1, base: 0xfd02_0000 };

    expect(buildDsdt(IDENTITY, withDevices(first)).join()).toContain(exclusive);
    expect(buildDsdt(IDENTITY, withDevices(first, second)).join()).toContain(shared);
  });

  it('rotates four interrupts over pins and devices', () => {
    const routes = rotatedRoutes([10, 10, 11, 11], 1, 2);

    expect(routes.map(({ device, pin, gsi }) => [device, pin, gsi])).toEqual([
      [1, 0, 10],
      [1, 1, 10],
      [1, 2, 11],
      [1, 3, 11],
      [2, 0, 10],
      [2, 1, 11],
      [2, 2, 11],
      [2, 3, 10],
    ]);
  });
});

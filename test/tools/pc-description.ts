// A PC as ACPI tests describe it: PIIX4 power management, one IOAPIC, one PCI bus, two virtio-mmio devices, an IOMMU.

import type { AcpiDescription } from '../../src/acpi/acpi-tables.ts';
import { rotatedRoutes } from '../../src/acpi/pci-root.ts';
import type { TableIdentity } from '../../src/acpi/table.ts';

export const IOMMU_BASE = 0xfd00_0000;
export const BLOCK_BASE = 0xfd02_0000;
export const BLOCK_ENDPOINT = 0x1000;
export const WINDOW_SIZE = 0x1000;

export const IDENTITY: TableIdentity = {
  oemId: 'VIOMMU',
  oemTableId: 'VIOMMUPC',
  oemRevision: 1,
  creatorId: 'VIOM',
  creatorRevision: 1,
};

const levelHigh = { polarity: 'active-high', trigger: 'level' } as const;

export const PC: AcpiDescription = {
  identity: IDENTITY,
  fixedHardware: {
    sciGsi: 9,
    pm1aEventPort: 0xb000,
    pm1aControlPort: 0xb004,
    pmTimerPort: 0xb008,
    gpe0: { port: 0xafe0, length: 4 },
    reset: { port: 0x64, value: 0xfe },
    hasKeyboardController: true,
    supportsMsi: false,
  },
  interrupts: {
    localApicAddress: 0xfee0_0000,
    processors: [{ uid: 0, apicId: 0 }],
    ioApics: [{ id: 0, address: 0xfec0_0000, gsiBase: 0 }],
    overrides: [9, 10, 11].map((line) => ({ isaIrq: line, gsi: line, ...levelHigh })),
  },
  devices: {
    pciRoot: {
      buses: { start: 0, end: 0xff },
      configPorts: { base: 0xcf8, length: 8 },
      ioWindows: [
        { start: 0, end: 0xcf7 },
        { start: 0xd00, end: 0xffff },
      ],
      memoryWindows: [
        { start: 0xa_0000, end: 0xb_ffff },
        { start: 0xc000_0000, end: 0xfbff_ffff },
      ],
      routes: rotatedRoutes([10, 10, 11, 11], 1, 31),
    },
    mmioDevices: [
      { hardwareId: 'LNRO0005', uid: 0, base: IOMMU_BASE, size: WINDOW_SIZE, gsi: 17 },
      { hardwareId: 'LNRO0005', uid: 1, base: BLOCK_BASE, size: WINDOW_SIZE, gsi: 18 },
    ],
    serialPorts: [{ port: 0x3f8, irq: 4 }],
    realTimeClock: { port: 0x70, irq: 8 },
    softOffSleepType: 0,
  },
  iommus: [
    {
      at: { kind: 'mmio', baseAddress: IOMMU_BASE },
      pciRanges: [{ endpointStart: 0, segmentStart: 0, segmentEnd: 0, bdfStart: 0, bdfEnd: 0xff }],
      mmioEndpoints: [{ endpoint: BLOCK_ENDPOINT, baseAddress: BLOCK_BASE }],
    },
  ],
  iommuTables: 'viot',
};

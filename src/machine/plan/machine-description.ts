// The machine in the words that its firmware and its device tree share.

import type { AcpiDescription } from '../../acpi/acpi-tables.ts';
import type { IommuDescription } from '../../acpi/iommu-description.ts';
import { rotatedRoutes, type PciRoute } from '../../acpi/pci-root.ts';
import type { MachinePlan } from './machine-plan.ts';
import {
  BLOCK_ENDPOINT,
  BLOCK_PLACE,
  EDU_PLACE,
  IOMMU_PLACE,
  LAST_PCI_ENDPOINT,
  MMIO_WINDOW_SIZE,
  PCI_IOMMU_FUNCTION,
  ROGUE_ENDPOINT,
  ROGUE_PLACE,
} from './topology.ts';

/** v86's PIIX4 power management registers are fixed here. */
export const V86_PM_BASE = 0xb000;
export const PM1A_CONTROL = V86_PM_BASE + 4;

/** The hardware identifier Linux binds virtio-mmio to (drivers/virtio/virtio_mmio.c). */
const VIRTIO_MMIO_HID = 'LNRO0005';

/** v86 wires INTA#-INTD# of a device so, rotated by its number. */
const PCI_GSIS = [10, 10, 11, 11] as const;
const LAST_PCI_DEVICE = 31;

/** INTA# of our own function has a pin to itself: those that v86's share are not wired together. */
const EDU_ROUTE: PciRoute = { device: EDU_PLACE.bdf >> 3, pin: 0, gsi: EDU_PLACE.gsi };

const KEYBOARD_CONTROLLER = 0x64;
const PULSE_RESET_LINE = 0xfe;

/** Where a description has the IOMMU; the machine itself has it at `mmio`. */
export type IommuPlace = 'mmio' | 'pci';

/** Endpoints at virtio-mmio windows. */
const MMIO_ENDPOINTS = [
  { name: 'virtio-blk', endpoint: BLOCK_ENDPOINT, place: BLOCK_PLACE },
  { name: 'rogue', endpoint: ROGUE_ENDPOINT, place: ROGUE_PLACE },
] as const;

const IOMMU_AT: Readonly<Record<IommuPlace, IommuDescription['at']>> = {
  mmio: { kind: 'mmio', baseAddress: IOMMU_PLACE.base },
  pci: { kind: 'pci', segment: 0, bdf: PCI_IOMMU_FUNCTION },
};

/** The machine; without an IOMMU it has no window for one, and no table of what would be behind it. */
export function describeMachine(plan: MachinePlan, at: IommuPlace = 'mmio'): AcpiDescription {
  const hasIommu = plan.iommu.mode !== 'off';
  const plugged = MMIO_ENDPOINTS.filter(({ name }) => plan.endpoints[name]);
  const places = [
    ...(hasIommu && at === 'mmio' ? [IOMMU_PLACE] : []),
    ...plugged.map(({ place }) => place),
  ];
  return {
    identity: {
      oemId: 'VIOMMU',
      oemTableId: 'VIOMMUPC',
      oemRevision: 1,
      creatorId: 'VIOM',
      creatorRevision: 1,
    },
    fixedHardware: {
      sciGsi: 9,
      pm1aEventPort: V86_PM_BASE,
      pm1aControlPort: PM1A_CONTROL,
      pmTimerPort: V86_PM_BASE + 8,
      gpe0: { port: 0xafe0, length: 4 },
      reset: { port: KEYBOARD_CONTROLLER, value: PULSE_RESET_LINE },
      hasKeyboardController: false,
      supportsMsi: plan.endpoints.edu,
    },
    interrupts: {
      localApicAddress: 0xfee0_0000,
      processors: [{ uid: 0, apicId: 0 }],
      ioApics: [{ id: 0, address: 0xfec0_0000, gsiBase: 0 }],
      overrides: [9, 10, 11].map((irq) => ({
        isaIrq: irq,
        gsi: irq,
        polarity: 'active-high',
        trigger: 'level',
      })),
    },
    devices: {
      pciRoot: {
        buses: { start: 0, end: 0xff },
        ioWindows: [
          { start: 0, end: 0xcf7 },
          { start: 0xd00, end: 0xffff },
        ],
        memoryWindows: [{ start: 0xc000_0000, end: 0xfbff_ffff }],
        configPorts: { base: 0xcf8, length: 8 },
        routes: pciRoutes(plan),
      },
      mmioDevices: places.map((place, uid) => ({
        hardwareId: VIRTIO_MMIO_HID,
        uid,
        base: place.base,
        size: MMIO_WINDOW_SIZE,
        gsi: place.gsi,
      })),
      serialPorts: [],
      softOffSleepType: 0,
    },
    iommus: hasIommu ? [describeIommu(IOMMU_AT[at], plugged)] : [],
    iommuTables: plan.tables,
  };
}

function pciRoutes({ endpoints }: MachinePlan): readonly PciRoute[] {
  const routes = rotatedRoutes(PCI_GSIS, 1, LAST_PCI_DEVICE);
  if (!endpoints.edu) return routes;
  const { device, pin } = EDU_ROUTE;
  return routes.map((route) => (route.device === device && route.pin === pin ? EDU_ROUTE : route));
}

function describeIommu(
  at: IommuDescription['at'],
  plugged: readonly (typeof MMIO_ENDPOINTS)[number][],
): IommuDescription {
  return {
    at,
    pciRanges: [
      {
        endpointStart: 0,
        segmentStart: 0,
        segmentEnd: 0,
        bdfStart: 0,
        bdfEnd: LAST_PCI_ENDPOINT,
      },
    ],
    mmioEndpoints: plugged.map(({ endpoint, place }) => ({ endpoint, baseAddress: place.base })),
  };
}

// What the firmware hands to the guest: ACPI tables through v86's fw_cfg file directory.

import { buildAcpiTables, type AcpiDescription, type AcpiTables } from '../acpi/acpi-tables.ts';
import { rotatedRoutes } from '../acpi/pci-root.ts';
import {
  BLOCK_ENDPOINT,
  BLOCK_PLACE,
  IOMMU_PLACE,
  LAST_PCI_ENDPOINT,
  MMIO_WINDOW_SIZE,
  ROGUE_ENDPOINT,
  ROGUE_PLACE,
} from './topology.ts';
import type { V86Cpu } from './v86-internals.ts';

/** v86's PIIX4 power management registers are fixed here ... */
const V86_PM_BASE = 0xb000;
/** ... but SeaBIOS moves them here when it is given tables, and then polls the timer for ever. */
const SEABIOS_PM_BASE = 0x600;
const PM_PORTS = 16;
/** PM1a control register and its bit that enters the sleep state written with it (ACPI 6.5, 4.8.3.2.1). */
const PM1A_CONTROL = V86_PM_BASE + 4;
const SLP_EN = 1 << 13;

/** The hardware identifier Linux binds virtio-mmio to (drivers/virtio/virtio_mmio.c). */
const VIRTIO_MMIO_HID = 'LNRO0005';

/** v86 wires INTA#-INTD# of a device so, rotated by its number. */
const PCI_GSIS = [10, 10, 11, 11] as const;
const LAST_PCI_DEVICE = 31;

const KEYBOARD_CONTROLLER = 0x64;
const PULSE_RESET_LINE = 0xfe;

/** The machine in ACPI's words; without an IOMMU there is no VIOT and no IOMMU window. */
function describeMachine(hasIommu: boolean): AcpiDescription {
  const places = [...(hasIommu ? [IOMMU_PLACE] : []), BLOCK_PLACE, ROGUE_PLACE];
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
      supportsMsi: false,
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
        routes: rotatedRoutes(PCI_GSIS, 1, LAST_PCI_DEVICE),
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
    iommus: hasIommu
      ? [
          {
            at: { kind: 'mmio', baseAddress: IOMMU_PLACE.base },
            pciRanges: [
              {
                endpointStart: 0,
                segmentStart: 0,
                segmentEnd: 0,
                bdfStart: 0,
                bdfEnd: LAST_PCI_ENDPOINT,
              },
            ],
            mmioEndpoints: [
              { endpoint: BLOCK_ENDPOINT, baseAddress: BLOCK_PLACE.base },
              { endpoint: ROGUE_ENDPOINT, baseAddress: ROGUE_PLACE.base },
            ],
          },
        ]
      : [],
  };
}

/** The machine's tables. */
export function machineTables(hasIommu: boolean): AcpiTables {
  return buildAcpiTables(describeMachine(hasIommu));
}

/** Gives the tables to SeaBIOS, which publishes them; call before the machine runs. */
export function installFirmware(cpu: V86Cpu, hasIommu: boolean): void {
  for (const { name, data } of machineTables(hasIommu).files) cpu.option_roms.push({ name, data });
  for (let offset = 0; offset < PM_PORTS; offset++) {
    const port = cpu.io.ports[V86_PM_BASE + offset];
    if (port !== undefined) cpu.io.ports[SEABIOS_PM_BASE + offset] = port;
  }
}

/** Calls `listener` when the guest switches the machine off; v86 itself takes no notice of it. */
export function onPowerOff(cpu: V86Cpu, listener: () => void): void {
  const port = cpu.io.ports[PM1A_CONTROL];
  if (port === undefined) return;
  const write16 = port.write16;
  port.write16 = (value) => {
    write16.call(port.device, value);
    if ((value & SLP_EN) !== 0) listener();
  };
}

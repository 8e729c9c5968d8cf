// Differentiated System Description Table (ACPI 6.5, 5.2.11.1): from a plain description of devices to AML.

import { assert } from '../base/assert.ts';
import type { AmlTerm } from './aml/code.ts';
import { interrupt, io, irq, memory32Fixed, resourceTemplate } from './aml/resource.ts';
import { device, name, scope } from './aml/term.ts';
import { eisaId, integer, packageOf, string } from './aml/value.ts';
import { pciRootDevice, type PciRoot } from './pci-root.ts';
import { concatBytes } from './structure.ts';
import { buildTable, type TableIdentity } from './table.ts';

// Revision 2: AML integers have 64 bits (5.2.11.1).
const REVISION = 2;

const SERIAL_PORT = 'PNP0501';
const SERIAL_PORT_COUNT = 8;
const REAL_TIME_CLOCK = 'PNP0B00';
const REAL_TIME_CLOCK_PORTS = 2;

const HEX = 16;
const MAX_MMIO_DEVICES = 0x100;

/** A memory-mapped platform device with one window and one level-triggered, active-high interrupt. */
export interface MmioDevice {
  /** ACPI hardware identifier that is no EISA identifier, such as Linux's virtio-mmio `LNRO0005`. */
  readonly hardwareId: string;
  /** Told apart by this among devices of the same hardware identifier. */
  readonly uid: number;
  /** Guest-physical start of the window, below 4 GiB. */
  readonly base: number;
  /** Length of the window in bytes. */
  readonly size: number;
  readonly gsi: number;
}

/** What the DSDT tells about a machine. */
export interface DsdtDescription {
  readonly pciRoot: PciRoot;
  readonly mmioDevices: readonly MmioDevice[];
  /** 16550 ports. Linux finds the PC's usual ones without this. */
  readonly serialPorts: readonly { readonly port: number; readonly irq: number }[];
  readonly realTimeClock?: { readonly port: number; readonly irq: number };
  /** SLP_TYP (0-7) that powers the machine off when written to PM1a control with SLP_EN. */
  readonly softOffSleepType: number;
}

function mmioDeviceName(index: number): string {
  return `VM${index.toString(HEX).toUpperCase().padStart(2, '0')}`;
}

/** The absolute name of the memory-mapped device with this index in the description. */
export function mmioDevicePath(index: number): string {
  return `\\_SB.${mmioDeviceName(index)}`;
}

function mmioDevice(description: MmioDevice, index: number, isShared: boolean): AmlTerm {
  const { hardwareId, uid, base, size, gsi } = description;
  return device(mmioDeviceName(index), [
    name('_HID', string(hardwareId)),
    name('_UID', integer(uid)),
    name(
      '_CRS',
      resourceTemplate([
        memory32Fixed(base, size),
        interrupt({ gsi, trigger: 'level', polarity: 'active-high', isShared }),
      ]),
    ),
  ]);
}

function mmioDevices(devices: readonly MmioDevice[]): AmlTerm[] {
  assert(devices.length <= MAX_MMIO_DEVICES, 'two hex digits name every memory-mapped device');
  const identities = new Set(devices.map(({ hardwareId, uid }) => `${hardwareId}:${uid}`));
  assert(identities.size === devices.length, 'no two devices share hardware identifier and _UID');
  const byBase = devices.toSorted((a, b) => a.base - b.base);
  byBase.forEach((each, index) => {
    const next = byBase[index + 1];
    assert(
      next === undefined || each.base + each.size <= next.base,
      'windows of memory-mapped devices do not overlap',
    );
  });
  return devices.map((each, index) =>
    mmioDevice(each, index, devices.filter(({ gsi }) => gsi === each.gsi).length > 1),
  );
}

function serialPort({ port, irq: line }: { port: number; irq: number }, index: number): AmlTerm {
  return device(`COM${index + 1}`, [
    name('_HID', eisaId(SERIAL_PORT)),
    name('_UID', integer(index + 1)),
    name('_CRS', resourceTemplate([io(port, SERIAL_PORT_COUNT), irq(line)])),
  ]);
}

function realTimeClock({ port, irq: line }: { port: number; irq: number }): AmlTerm {
  return device('RTC', [
    name('_HID', eisaId(REAL_TIME_CLOCK)),
    name('_CRS', resourceTemplate([io(port, REAL_TIME_CLOCK_PORTS), irq(line)])),
  ]);
}

/** The whole DSDT. It declares data only, no methods, so that a guest interprets nothing at run time. */
export function buildDsdt(identity: TableIdentity, description: DsdtDescription): Uint8Array {
  const { pciRoot, serialPorts, softOffSleepType } = description;
  const clock = description.realTimeClock;
  const sleepTypes = [softOffSleepType, 0, 0, 0].map(integer);
  const terms: readonly AmlTerm[] = [
    name('_S5', packageOf(sleepTypes)),
    scope('_SB', [
      pciRootDevice(pciRoot),
      ...mmioDevices(description.mmioDevices),
      ...serialPorts.map(serialPort),
      ...(clock === undefined ? [] : [realTimeClock(clock)]),
    ]),
  ];
  return buildTable('DSDT', REVISION, identity, concatBytes(terms.map((term) => term.bytes)));
}

// The PCI host bridge of a DSDT: its windows and its interrupt routing (ACPI 6.5, 6.2.13).

import { assert } from '../base/assert.ts';
import type { AmlResource, AmlTerm, AmlValue } from './aml/code.ts';
import {
  dwordMemory,
  io,
  resourceTemplate,
  wordBusNumber,
  wordIo,
  type ResourceRange,
} from './aml/resource.ts';
import { device, name } from './aml/term.ts';
import { eisaId, integer, packageOf } from './aml/value.ts';

const PCI_HOST_BRIDGE = 'PNP0A03';
const PINS_PER_DEVICE = 4;
// In a routing entry the function number is 0xffff: all functions of the device (6.2.13).
const ALL_FUNCTIONS = 0xffff;
const DEVICE_SHIFT = 16;

/** One interrupt pin of one device, wired to a GSI for good. */
export interface PciRoute {
  readonly device: number;
  /** 0 is INTA#, 3 is INTD#. */
  readonly pin: number;
  readonly gsi: number;
}

/** A PCI host bridge of segment 0; ranges are inclusive. */
export interface PciRoot {
  readonly buses: ResourceRange;
  readonly ioWindows: readonly ResourceRange[];
  /** Guest-physical addresses below 4 GiB. */
  readonly memoryWindows: readonly ResourceRange[];
  /** Ports of the bridge's own, such as those of configuration mechanism 1. */
  readonly configPorts: { readonly base: number; readonly length: number };
  readonly routes: readonly PciRoute[];
}

/**
 * Routes of all pins of devices `firstDevice` to `lastDevice` to four GSIs, rotated by one for each next
 * device: pin `p` of device `d` goes to `gsis[(p + d - firstDevice) % 4]`.
 */
export function rotatedRoutes(
  gsis: readonly [number, number, number, number],
  firstDevice: number,
  lastDevice: number,
): PciRoute[] {
  const routes: PciRoute[] = [];
  for (let device = firstDevice; device <= lastDevice; device++) {
    for (let pin = 0; pin < PINS_PER_DEVICE; pin++) {
      const gsi = gsis[(pin + device - firstDevice) % PINS_PER_DEVICE];
      assert(gsi !== undefined, 'four GSIs cover four pins');
      routes.push({ device, pin, gsi });
    }
  }
  return routes;
}

function routingEntry(route: PciRoute): AmlValue {
  const address = route.device * 2 ** DEVICE_SHIFT + ALL_FUNCTIONS;
  // With source 0 the source index is the GSI itself.
  const source = integer(0);
  return packageOf([integer(address), integer(route.pin), source, integer(route.gsi)]);
}

function currentResources(root: PciRoot): readonly AmlResource[] {
  return [
    wordBusNumber(root.buses),
    io(root.configPorts.base, root.configPorts.length),
    ...root.ioWindows.map(wordIo),
    ...root.memoryWindows.map(dwordMemory),
  ];
}

/** `Device (PCI0)`. Without it Linux still scans the bus but gives PCI endpoints no IOMMU group. */
export function pciRootDevice(root: PciRoot): AmlTerm {
  return device('PCI0', [
    name('_HID', eisaId(PCI_HOST_BRIDGE)),
    name('_UID', integer(0)),
    name('_BBN', integer(root.buses.start)),
    name('_CRS', resourceTemplate(currentResources(root))),
    name('_PRT', packageOf(root.routes.map(routingEntry))),
  ]);
}

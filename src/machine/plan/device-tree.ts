// The machine as device-tree source: what ACPI tells of its IOMMU, for guests that read a device tree instead.
//
// Bindings: virtio/mmio.yaml, virtio/pci-iommu.yaml, pci/pci-iommu.txt and iommu/iommu.txt of Linux, and its x86 ones
// for I/O APIC and host bridge (arch/x86/kernel/devicetree.c). The guests of this machine find it by ACPI.

import type { AcpiDescription } from '../../acpi/acpi-tables.ts';
import type { MmioDevice } from '../../acpi/dsdt.ts';
import { translatedRanges, type IommuDescription } from '../../acpi/iommu-description.ts';
import { assert } from '../../base/assert.ts';

const INDENT = '\t';
const IOMMU_LABEL = 'viommu';
const IO_APIC_LABEL = 'ioapic';
const IO_APIC_WINDOW = 0x1000;
/** Second cell of an interrupt of an x86 I/O APIC: level, active high (Linux 5.11 and newer). */
const LEVEL_HIGH = 1;
/** First cell of a PCI address: non-prefetchable 32-bit memory. */
const PCI_MEMORY_32 = 0x0200_0000;
/** A function's configuration space in the first cell of a PCI address: bus, device and function from bit 8 on. */
const PCI_FUNCTION_SHIFT = 8;

/** A line of a node's body, or a node inside it. */
type Item = string | Node;

interface Node {
  /** With its label, if it has one. */
  readonly name: string;
  readonly body: readonly Item[];
}

/**
 * Device-tree source that `dtc` accepts: the virtio-mmio windows, the host bridge, and what is behind the IOMMU. PCI
 * interrupts and I/O ports are left out, as they have nothing to do with it.
 */
export function deviceTreeSource(machine: AcpiDescription): string {
  const [iommu, ...others] = machine.iommus;
  assert(others.length === 0, 'the machine has one IOMMU at most');
  const root: Node = {
    name: '/',
    body: [
      'model = "viommu";',
      'compatible = "viommu,pc";',
      '#address-cells = <2>;',
      '#size-cells = <2>;',
      `interrupt-parent = <&${IO_APIC_LABEL}>;`,
      ioApic(machine),
      ...machine.devices.mmioDevices.map((device) => mmioDevice(device, iommu)),
      hostBridge(machine, iommu),
    ],
  };
  return `/dts-v1/;\n\n${render(root, '')}`;
}

function ioApic({ interrupts }: AcpiDescription): Node {
  const [controller, ...others] = interrupts.ioApics;
  assert(controller !== undefined && others.length === 0, 'the machine has one I/O APIC');
  return {
    name: `${IO_APIC_LABEL}: interrupt-controller@${controller.address.toString(16)}`,
    body: [
      'compatible = "intel,ce4100-ioapic";',
      `reg = ${cells64(controller.address, IO_APIC_WINDOW)};`,
      'interrupt-controller;',
      '#address-cells = <0>;',
      '#interrupt-cells = <2>;',
    ],
  };
}

function mmioDevice({ base, size, gsi }: MmioDevice, iommu: IommuDescription | undefined): Node {
  const isIommu = iommu?.at.kind === 'mmio' && iommu.at.baseAddress === base;
  const endpoint = iommu?.mmioEndpoints.find(({ baseAddress }) => baseAddress === base)?.endpoint;
  const address = base.toString(16);
  return {
    name: isIommu ? `${IOMMU_LABEL}: iommu@${address}` : `virtio@${address}`,
    body: [
      'compatible = "virtio,mmio";',
      `reg = ${cells64(base, size)};`,
      `interrupts = ${cells(gsi, LEVEL_HIGH)};`,
      'dma-coherent;',
      ...(isIommu ? ['#iommu-cells = <1>;'] : []),
      ...(endpoint === undefined ? [] : [`iommus = <&${IOMMU_LABEL} ${hex(endpoint)}>;`]),
    ],
  };
}

function hostBridge({ devices }: AcpiDescription, iommu: IommuDescription | undefined): Node {
  const { buses, memoryWindows } = devices.pciRoot;
  const [window] = memoryWindows;
  assert(window !== undefined, 'the host bridge has a memory window');
  const ranges = memoryWindows.map(({ start, end }) =>
    cells(PCI_MEMORY_32, 0, start, 0, start, 0, end - start + 1),
  );
  return {
    name: `pci@${window.start.toString(16)}`,
    body: [
      'compatible = "intel,ce4100-pci", "pci";',
      'device_type = "pci";',
      '#address-cells = <3>;',
      '#size-cells = <2>;',
      `bus-range = ${cells(buses.start, buses.end)};`,
      `ranges = ${ranges.join(', ')};`,
      'dma-coherent;',
      ...(iommu === undefined ? [] : iommuMap(iommu)),
      ...(iommu?.at.kind === 'pci' ? [pciIommu(iommu.at.bdf)] : []),
    ],
  };
}

/** Requester IDs and the endpoint IDs they have; the IOMMU's own function is in no entry. */
function iommuMap(iommu: IommuDescription): readonly string[] {
  const entries = translatedRanges(iommu).map(
    ({ bdfStart, bdfEnd, endpointStart }) =>
      `<${hex(bdfStart)} &${IOMMU_LABEL} ${hex(endpointStart)} ${hex(bdfEnd - bdfStart + 1)}>`,
  );
  return entries.length === 0 ? [] : [`iommu-map = ${entries.join(', ')};`];
}

function pciIommu(bdf: number): Node {
  const unit = `${(bdf >> 3).toString(16)},${bdf & 7}`;
  return {
    name: `${IOMMU_LABEL}: iommu@${unit}`,
    body: [
      'compatible = "virtio,pci-iommu", "pci1af4,1057";',
      `reg = ${cells(bdf << PCI_FUNCTION_SHIFT, 0, 0, 0, 0)};`,
      '#iommu-cells = <1>;',
    ],
  };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function cells(...values: readonly number[]): string {
  return `<${values.map(hex).join(' ')}>`;
}

/** Address and length below 4 GiB, in two cells each. */
function cells64(address: number, length: number): string {
  return cells(0, address, 0, length);
}

function render({ name, body }: Node, indent: string): string {
  const inner = indent + INDENT;
  const lines = body.map((item) =>
    typeof item === 'string' ? `${inner}${item}\n` : `\n${render(item, inner)}`,
  );
  return `${indent}${name} {\n${lines.join('')}${indent}};\n`;
}

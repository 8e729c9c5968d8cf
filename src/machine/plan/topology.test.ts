import { beforeAll, describe, expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import {
  BLOCK_ENDPOINT,
  BLOCK_PLACE,
  CONSOLE_ENDPOINT,
  EDU_ENDPOINT,
  ENDPOINTS,
  IDE_ENDPOINT,
  IOMMU_PLACE,
  LAST_PCI_ENDPOINT,
  MMIO_BLOCK_BASE,
  MMIO_BLOCK_SIZE,
  MMIO_WINDOW_SIZE,
  NET_ENDPOINT,
  OUTSIDE,
  ROGUE_ENDPOINT,
  ROGUE_PLACE,
  SHARE_ENDPOINT,
} from './topology.ts';
import type { V86Cpu } from '../v86/v86-internals.ts';

const PLACES = [IOMMU_PLACE, BLOCK_PLACE, ROGUE_PLACE];
/** The I/O APIC has this many pins; the ones of the ISA and PCI interrupts come first. */
const IO_APIC_PINS = 24;
const FIRST_FREE_PIN = 16;

let cpu: V86Cpu;

beforeAll(async () => {
  ({ cpu } = await stoppedEmulator());
});

describe('endpoints', () => {
  it('have IDs, names and places of their own', () => {
    for (const key of ['id', 'name', 'location'] as const) {
      expect(new Set(ENDPOINTS.map((endpoint) => endpoint[key])).size, key).toBe(ENDPOINTS.length);
    }
  });

  it('are all there, and only they', () => {
    expect(ENDPOINTS.map(({ id }) => id).toSorted((one, other) => one - other)).toEqual([
      EDU_ENDPOINT,
      SHARE_ENDPOINT,
      NET_ENDPOINT,
      CONSOLE_ENDPOINT,
      IDE_ENDPOINT,
      BLOCK_ENDPOINT,
      ROGUE_ENDPOINT,
    ]);
  });

  it('on PCI have v86’s device and function as their ID', () => {
    const { virtio_net: net, virtio_9p: share, virtio_console: console, ide } = cpu.devices;
    expect(net.virtio.pci_id).toBe(NET_ENDPOINT);
    expect(share.virtio.pci_id).toBe(SHARE_ENDPOINT);
    expect(console.virtio.pci_id).toBe(CONSOLE_ENDPOINT);
    expect(ide.pci_id).toBe(IDE_ENDPOINT);
  });

  it('say where they are', () => {
    const location = (id: number) => ENDPOINTS.find((each) => each.id === id)?.location;
    expect(location(NET_ENDPOINT)).toBe('PCI 00:0a.0');
    expect(location(IDE_ENDPOINT)).toBe('PCI 00:1e.0');
    expect(location(BLOCK_ENDPOINT)).toBe('MMIO 0xfd001000');
  });

  it('on MMIO lie outside the IDs that VIOT gives to PCI functions', () => {
    expect([BLOCK_ENDPOINT, ROGUE_ENDPOINT].every((id) => id > LAST_PCI_ENDPOINT)).toBe(true);
    expect(
      [EDU_ENDPOINT, NET_ENDPOINT, SHARE_ENDPOINT, CONSOLE_ENDPOINT, IDE_ENDPOINT].every(
        (id) => id <= LAST_PCI_ENDPOINT,
      ),
    ).toBe(true);
  });
});

describe('virtio-mmio windows', () => {
  it('are pages of the block, and share none', () => {
    for (const { base } of PLACES) {
      expect(base % MMIO_WINDOW_SIZE).toBe(0);
      expect(base).toBeGreaterThanOrEqual(MMIO_BLOCK_BASE);
      expect(base + MMIO_WINDOW_SIZE).toBeLessThanOrEqual(MMIO_BLOCK_BASE + MMIO_BLOCK_SIZE);
    }
    expect(new Set(PLACES.map(({ base }) => base)).size).toBe(PLACES.length);
  });

  it('have interrupts of their own, beyond those of ISA and PCI', () => {
    expect(new Set(PLACES.map(({ gsi }) => gsi)).size).toBe(PLACES.length);
    for (const { gsi } of PLACES) {
      expect(gsi).toBeGreaterThanOrEqual(FIRST_FREE_PIN);
      expect(gsi).toBeLessThan(IO_APIC_PINS);
    }
  });

  it('lie in a block that v86 maps as a whole', () => {
    expect(MMIO_BLOCK_BASE % MMIO_BLOCK_SIZE).toBe(0);
  });
});

describe('what is outside', () => {
  it('says why', () => {
    expect(OUTSIDE.every(({ name, reason }) => name !== '' && reason.length > 10)).toBe(true);
  });
});

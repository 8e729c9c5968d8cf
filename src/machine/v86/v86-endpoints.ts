// Gives v86's own bus masters their endpoint's view of memory: virtio-net, virtio-9p, virtio-console and the IDE bus
// master.
//
// v86's device models trust their driver. The guards below keep a guest's broken ring or DMA table from throwing
// into the emulator's main loop or spinning in it.

import { BusError, type AddressSpace } from '../../memory/address-space.ts';
import type { Address } from '../../memory/address.ts';
import { DmaBus } from './dma-bus.ts';
import { QueueGuard, type Visits } from './queue-guard.ts';
import type {
  V86Cpu,
  V86IdeChannel,
  V86IdeInterface,
  V86Port,
  V86Virtio,
} from './v86-internals.ts';

/** VIRTIO_F_ACCESS_PLATFORM (33) is bit 1 of the second feature word. */
const FEATURES_WORD = 1;
const ACCESS_PLATFORM_BIT = 1 << 1;
const DEVICE_NEEDS_RESET = 0x40;

/** A physical region descriptor table has at most 64 KiB of 8-byte entries. */
const MAX_PRD_ENTRIES = 0x1_0000 / 8;
/** ATA error register: the command was aborted. */
const ATA_ABORTED = 0x04;
/** ATA status register: ready, seek complete, error. */
const ATA_STATUS_ERROR = 0x51;
/** Bus master status: not active, error (bits 0 and 1). */
const BUS_MASTER_ACTIVE = 0x01;
const BUS_MASTER_ERROR = 0x02;

/**
 * Gives a virtio-pci device of v86 its endpoint's view of memory instead of RAM, and guards it against its driver.
 * Behind an IOMMU it must offer VIRTIO_F_ACCESS_PLATFORM: without that bit Linux would hand it guest-physical
 * addresses (virtio 1.2, 6.1).
 */
export function moveVirtio(
  cpu: V86Cpu,
  virtio: V86Virtio,
  port: AddressSpace<Address>,
  offersAccessPlatform: boolean,
): void {
  const isBroken = (): boolean => (virtio.device_status & DEVICE_NEEDS_RESET) !== 0;
  const bus = new DmaBus(port, isBroken);
  const breakDevice = (): void => {
    if (!isBroken()) virtio.needs_reset();
  };
  for (const features of offersAccessPlatform
    ? [virtio.device_feature, virtio.driver_feature]
    : []) {
    features[FEATURES_WORD] = (features[FEATURES_WORD] ?? 0) | ACCESS_PLATFORM_BIT;
  }
  const visits = guardPorts(cpu, virtio, breakDevice);
  for (const queue of virtio.queues) {
    queue.cpu = bus;
    new QueueGuard({ queue, bus, visits, breakDevice }).install();
  }
}

/**
 * Keeps an exception of a device's register handlers (a request v86 can not parse) away from the main loop. Returns
 * the count of the register writes that are being handled.
 */
function guardPorts(cpu: V86Cpu, device: unknown, breakDevice: () => void): Visits {
  const visits = { current: 0 };
  let count = 0;
  const guarded =
    (write: (value: number) => void) =>
    (value: number): void => {
      visits.current = ++count;
      try {
        write.call(device, value);
      } catch {
        breakDevice();
      } finally {
        visits.current = 0;
      }
    };
  const own = cpu.io.ports.filter((port): port is V86Port => port.device === device);
  for (const port of new Set(own)) {
    port.write8 = guarded(port.write8);
    port.write16 = guarded(port.write16);
    port.write32 = guarded(port.write32);
  }
  return visits;
}

/**
 * Gives the IDE controller's bus master its endpoint's view of memory. Data and the physical region descriptor table
 * lie at IOVAs alike. An access that is stopped ends the command as a bus master error, which Linux reports and
 * survives.
 */
export function moveIde(cpu: V86Cpu, port: AddressSpace<Address>): void {
  const { primary, secondary } = cpu.devices.ide;
  for (const channel of [primary, secondary]) {
    if (channel === undefined) continue;
    for (const drive of [channel.master, channel.slave]) moveDrive(cpu, drive, port);
    guardPorts(cpu, channel, () => abortTransfer(channel));
  }
}

function moveDrive(cpu: V86Cpu, drive: V86IdeInterface, port: AddressSpace<Address>): void {
  const bus = new DmaBus(port, () => false);
  let entries = 0;
  const own = {
    read32s: (address: number): number => {
      entries = address === drive.channel.prdt_addr ? 1 : entries + 1;
      if (entries > MAX_PRD_ENTRIES) throw new BusError('the region descriptor table has no end');
      return bus.read32s(address);
    },
    read16: (address: number): number => bus.read16(address),
    read8: (address: number): number => bus.read8(address),
    write_blob: (bytes: Uint8Array, address: number): void => {
      if (bytes.length > 0) port.write(0, address >>> 0, bytes);
    },
    mem8: {
      subarray: (start: number, end: number): Uint8Array => {
        const bytes = new Uint8Array(end - start);
        port.read(0, start >>> 0, bytes);
        return bytes;
      },
    },
  };
  // The drive uses more of the CPU than its memory (the clock's registers): all else is inherited.
  drive.cpu = Object.assign(Object.create(cpu), own);
}

function abortTransfer(channel: V86IdeChannel): void {
  const drive = channel.current_interface;
  drive.error_reg = ATA_ABORTED;
  drive.status_reg = ATA_STATUS_ERROR;
  drive.current_command = -1;
  drive.in_progress_io_ids.clear();
  channel.dma_status = (channel.dma_status & ~BUS_MASTER_ACTIVE) | BUS_MASTER_ERROR;
  drive.push_irq();
}

/** What the bus reads where nothing answers. */
const EMPTY_PORT: V86Port = {
  read8: () => 0xff,
  read16: () => 0xffff,
  read32: () => -1,
  write8: () => undefined,
  write16: () => undefined,
  write32: () => undefined,
  device: undefined,
};

/** Takes a function off the PCI bus, and what answers for it from its I/O ports: a guest finds nothing there. */
export function unplug(cpu: V86Cpu, bdf: number, owners: readonly unknown[]): void {
  const { pci } = cpu.devices;
  pci.device_spaces[bdf] = undefined;
  pci.devices[bdf] = undefined;
  cpu.io.ports.forEach((port, index) => {
    if (port.device !== undefined && owners.includes(port.device)) cpu.io.ports[index] = EMPTY_PORT;
  });
}

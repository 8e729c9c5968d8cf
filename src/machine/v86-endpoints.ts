// Puts v86's own bus masters behind the IOMMU: virtio-net, virtio-9p, virtio-console and the IDE bus master.
//
// v86's device models trust their driver. The guards below keep a guest's broken ring or DMA table from throwing
// into the emulator's main loop or spinning in it.

import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Iova } from '../memory/address.ts';
import { DmaBus, MAX_DATA_LENGTH } from './dma-bus.ts';
import type {
  V86BufferChain,
  V86Cpu,
  V86IdeChannel,
  V86IdeInterface,
  V86Port,
  V86Virtio,
  V86Virtqueue,
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
 * Gives a virtio-pci device of v86 the port of its endpoint instead of RAM, and makes it offer
 * VIRTIO_F_ACCESS_PLATFORM: without that bit Linux would hand it guest-physical addresses (virtio 1.2, 6.1).
 */
export function moveVirtioBehindIommu(
  cpu: V86Cpu,
  virtio: V86Virtio,
  port: AddressSpace<Iova>,
): void {
  const isBroken = (): boolean => (virtio.device_status & DEVICE_NEEDS_RESET) !== 0;
  const bus = new DmaBus(port, isBroken);
  const breakDevice = (): void => {
    if (!isBroken()) virtio.needs_reset();
  };
  for (const features of [virtio.device_feature, virtio.driver_feature]) {
    features[FEATURES_WORD] = (features[FEATURES_WORD] ?? 0) | ACCESS_PLATFORM_BIT;
  }
  for (const queue of virtio.queues) {
    queue.cpu = bus;
    guardQueue(queue, breakDevice);
  }
  guardPorts(cpu, virtio, breakDevice);
}

/** Makes a queue's methods end in a broken device, never in an exception; `has_request` looks at the chain first. */
function guardQueue(queue: V86Virtqueue, breakDevice: () => void): void {
  const hasRequest = queue.has_request.bind(queue);
  const popRequest = queue.pop_request.bind(queue);
  let staged: V86BufferChain | undefined;
  let isStaging = false;
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch {
      breakDevice();
    }
  };
  const stage = (): V86BufferChain | undefined => {
    isStaging = true;
    attempt(() => {
      if (staged !== undefined || !queue.is_configured() || !hasRequest()) return;
      const chain = popRequest();
      const length = chain.length_readable + chain.length_writable;
      if (chain.length_readable < 0 || chain.length_writable < 0 || length > MAX_DATA_LENGTH) {
        throw new BusError('descriptor lengths beyond reason');
      }
      staged = chain;
    });
    isStaging = false;
    return staged;
  };
  // v86's pop_request asks has_request itself.
  queue.has_request = () => (isStaging ? hasRequest() : stage() !== undefined);
  queue.pop_request = () => {
    const chain = stage();
    staged = undefined;
    if (chain === undefined) throw new BusError('no chain to take');
    return chain;
  };
  const pushReply = queue.push_reply.bind(queue);
  queue.push_reply = (chain) => attempt(() => pushReply(chain));
  const flushReplies = queue.flush_replies.bind(queue);
  queue.flush_replies = () => attempt(flushReplies);
  const notifyMeAfter = queue.notify_me_after.bind(queue);
  queue.notify_me_after = (count) => attempt(() => notifyMeAfter(count));
}

/** Keeps an exception of a device's register handlers (a request v86 can not parse) away from the main loop. */
function guardPorts(cpu: V86Cpu, device: unknown, breakDevice: () => void): void {
  const guarded =
    (write: (value: number) => void) =>
    (value: number): void => {
      try {
        write.call(device, value);
      } catch {
        breakDevice();
      }
    };
  const own = cpu.io.ports.filter((port): port is V86Port => port.device === device);
  for (const port of new Set(own)) {
    port.write8 = guarded(port.write8);
    port.write16 = guarded(port.write16);
    port.write32 = guarded(port.write32);
  }
}

/**
 * Gives the IDE controller's bus master its endpoint's port. Data and the physical region descriptor table lie at
 * IOVAs alike. An access that is stopped ends the command as a bus master error, which Linux reports and survives.
 */
export function moveIdeBehindIommu(cpu: V86Cpu, port: AddressSpace<Iova>): void {
  const { primary, secondary } = cpu.devices.ide;
  for (const channel of [primary, secondary]) {
    if (channel === undefined) continue;
    for (const drive of [channel.master, channel.slave]) moveDrive(cpu, drive, port);
    guardPorts(cpu, channel, () => abortTransfer(channel));
  }
}

function moveDrive(cpu: V86Cpu, drive: V86IdeInterface, port: AddressSpace<Iova>): void {
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
  channel.dma_status = (channel.dma_status & ~BUS_MASTER_ACTIVE) | BUS_MASTER_ERROR;
  drive.push_irq();
}

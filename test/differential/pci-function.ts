// A PCI function of QEMU's q35, found and set up as firmware and a virtio driver would (virtio 1.2, 4.1): ports 0xcf8
// and 0xcfc, one memory BAR, the vendor capabilities that say where the virtio registers are.

import { qtest, replyNumber, type QtestClient } from './qtest-client.ts';

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
const ENABLE = 0x8000_0000;

// PCI configuration header
const PCI_ID = 0x00;
const PCI_COMMAND = 0x04;
const PCI_BAR0 = 0x10;
const PCI_CAPABILITIES = 0x34;
const COMMAND_MEMORY_AND_MASTER = 0x6;
const BAR_TYPE_64 = 0x4;
const BAR_SIZE = 4;
const CAP_VENDOR = 0x09;
const NO_FUNCTION = 0xffff_ffff;

// struct virtio_pci_cap (virtio 1.2, 4.1.4): id, next, length, cfg_type, bar, ..., le32 offset at 8, notify's le32
// multiplier at 16
const CAP_OFFSET = 8;
const CAP_NOTIFY_MULTIPLIER = 16;
const CFG_COMMON = 1;
const CFG_NOTIFY = 2;
const CFG_DEVICE = 4;

const VENDOR_VIRTIO = 0x1af4;
/** 0x1040 and the device ID of a virtio-iommu, 23. */
const DEVICE_VIRTIO_IOMMU = 0x1057;
/** Where the register BAR goes: q35's hole below 4 GiB is free there. */
const BAR_ADDRESS = 0xe000_0000;
const DEVICES_PER_BUS = 32;

/** Guest-physical addresses of a virtio-pci device's registers. */
export interface VirtioPciRegisters {
  readonly common: number;
  readonly device: number;
  readonly notify: number;
  /** Bytes between the notification addresses of two queues' `queue_notify_off`. */
  readonly notifyMultiplier: number;
}

/** Configuration accesses to function 0 of one device on bus 0. */
class PciFunction {
  readonly #client: QtestClient;
  readonly #device: number;

  constructor(client: QtestClient, device: number) {
    this.#client = client;
    this.#device = device;
  }

  async read(offset: number): Promise<number> {
    const [, reply = ''] = await this.#client.send([
      this.#select(offset),
      qtest.portRead(CONFIG_DATA),
    ]);
    return replyNumber(reply);
  }

  async write(offset: number, value: number): Promise<void> {
    await this.#client.send([this.#select(offset), qtest.portWrite(CONFIG_DATA, value)]);
  }

  #select(offset: number): string {
    return qtest.portWrite(CONFIG_ADDRESS, (ENABLE | (this.#device << 11) | offset) >>> 0);
  }
}

/** Finds the virtio-iommu on bus 0, gives its registers an address, and enables it. Throws `Error` when there is none. */
export async function setUpVirtioIommu(client: QtestClient): Promise<VirtioPciRegisters> {
  const pci = await findVirtioIommu(client);
  const { bar, offsets, multiplier } = await readCapabilities(pci);
  await pci.write(PCI_BAR0 + bar * BAR_SIZE, BAR_ADDRESS);
  const is64Bit = ((await pci.read(PCI_BAR0 + bar * BAR_SIZE)) & BAR_TYPE_64) !== 0;
  if (is64Bit) await pci.write(PCI_BAR0 + (bar + 1) * BAR_SIZE, 0);
  await pci.write(PCI_COMMAND, COMMAND_MEMORY_AND_MASTER);
  const place = (type: number): number => {
    const offset = offsets.get(type);
    if (offset === undefined) throw new Error(`QEMU's device lacks virtio capability ${type}`);
    return BAR_ADDRESS + offset;
  };
  return {
    common: place(CFG_COMMON),
    device: place(CFG_DEVICE),
    notify: place(CFG_NOTIFY),
    notifyMultiplier: multiplier,
  };
}

async function findVirtioIommu(client: QtestClient): Promise<PciFunction> {
  const wanted = (DEVICE_VIRTIO_IOMMU << 16) | VENDOR_VIRTIO;
  for (let device = 0; device < DEVICES_PER_BUS; device++) {
    const pci = new PciFunction(client, device);
    const id = await pci.read(PCI_ID);
    if (id !== NO_FUNCTION && id === wanted) return pci;
  }
  throw new Error('QEMU has no virtio-iommu on bus 0');
}

interface Capabilities {
  readonly bar: number;
  readonly offsets: ReadonlyMap<number, number>;
  readonly multiplier: number;
}

async function readCapabilities(pci: PciFunction): Promise<Capabilities> {
  const offsets = new Map<number, number>();
  let bar = 0;
  let multiplier = 0;
  let next = (await pci.read(PCI_CAPABILITIES)) & 0xfc;
  while (next !== 0) {
    const head = await pci.read(next);
    const type = head >>> 24;
    // The last kind, PCI_CFG (5), is a window for firmware and names no place of its own.
    if ((head & 0xff) === CAP_VENDOR && type <= CFG_DEVICE) {
      bar = (await pci.read(next + 4)) & 0xff;
      offsets.set(type, await pci.read(next + CAP_OFFSET));
      if (type === CFG_NOTIFY) multiplier = await pci.read(next + CAP_NOTIFY_MULTIPLIER);
    }
    next = (head >>> 8) & 0xfc;
  }
  return { bar, offsets, multiplier };
}

// The bus that v86's own devices see instead of RAM: every access of theirs goes through their endpoint's port.
//
// v86's device models know 32-bit addresses and no errors. What an access does when the IOMMU stops it is decided
// here: a *data* access is lost, as on PCI (nothing stored; zeros read), and the device works on; a *ring* access
// ends in `BusError`, which the device's guard turns into DEVICE_NEEDS_RESET (virtio 1.2, 2.1.2).

import { BusError, type AddressSpace } from '../../memory/address-space.ts';
import type { Address } from '../../memory/address.ts';
import {
  VIRTQ_DESC_ADDR_HIGH,
  VIRTQ_DESC_ADDR_LOW,
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_NEXT,
  VIRTQ_DESC_SIZE,
} from '../../virtio/ring-layout.ts';
import type { V86Descriptor, V86DmaBus } from './v86-internals.ts';

/**
 * Longest data access, and most data of one chain, in bytes: twice what Linux puts into the largest one, a 9p message
 * of 125 pages (net/9p/trans_virtio.c).
 */
export const MAX_DATA_LENGTH = 1 << 20;

/** Whether a length that a guest put into a descriptor can be meant: v86 keeps it as a signed 32-bit number. */
function isSane(length: number): boolean {
  return length >= 0 && length <= MAX_DATA_LENGTH;
}

/** Rings and data of one v86 device over its port; `isBroken` cuts the device off until it is reset. */
export class DmaBus implements V86DmaBus {
  readonly #port: AddressSpace<Address>;
  readonly #rings: AddressSpace<Address>;
  readonly #isBroken: () => boolean;
  readonly #byte = new Uint8Array(1);
  readonly #descriptor = new Uint8Array(VIRTQ_DESC_SIZE);
  readonly #descriptorView = new DataView(this.#descriptor.buffer);

  constructor(port: AddressSpace<Address>, isBroken: () => boolean) {
    this.#port = port;
    this.#rings = port.rings ?? port;
    this.#isBroken = isBroken;
  }

  read8(address: number): number {
    this.#ring().read(0, address >>> 0, this.#byte);
    return this.#byte[0] ?? 0;
  }

  read16(address: number): number {
    return this.#ring().readU16(0, address >>> 0);
  }

  read32s(address: number): number {
    return this.#ring().readU32(0, address >>> 0) | 0;
  }

  write16(address: number, value: number): void {
    this.#ring().writeU16(0, address >>> 0, value & 0xffff);
  }

  write32(address: number, value: number): void {
    this.#ring().writeU32(0, address >>> 0, value >>> 0);
  }

  read_blob(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(isSane(length) ? length : 0);
    if (this.#isBroken()) return bytes;
    try {
      this.#port.read(0, address >>> 0, bytes);
    } catch (error) {
      letBusErrorPass(error);
    }
    return bytes;
  }

  write_blob(bytes: Uint8Array, address: number): void {
    if (bytes.length === 0 || this.#isBroken()) return;
    try {
      this.#port.write(0, address >>> 0, bytes);
    } catch (error) {
      letBusErrorPass(error);
    }
  }

  /** Entry `index` of a descriptor table, in one ring access. */
  readDescriptor(table: number, index: number): V86Descriptor {
    this.#ring().read(0, (table + index * VIRTQ_DESC_SIZE) >>> 0, this.#descriptor);
    const view = this.#descriptorView;
    return {
      addr_low: view.getInt32(VIRTQ_DESC_ADDR_LOW, true),
      addr_high: view.getInt32(VIRTQ_DESC_ADDR_HIGH, true),
      len: view.getInt32(VIRTQ_DESC_LEN, true),
      flags: view.getUint16(VIRTQ_DESC_FLAGS, true),
      next: view.getUint16(VIRTQ_DESC_NEXT, true),
    };
  }

  #ring(): AddressSpace<Address> {
    if (this.#isBroken()) throw new BusError('the device waits for its reset');
    return this.#rings;
  }
}

function letBusErrorPass(error: unknown): void {
  if (!(error instanceof BusError)) throw error;
}

// The driver's side of one of v86's virtio-pci devices (virtio 1.2, 4.1.4.3), through the ports a guest uses.

import type { V86Cpu, V86Port } from '../../src/machine/v86/v86-internals.ts';
import type { FakeBus } from './fake-bus.ts';

// Offsets in the common configuration structure.
const DEVICE_STATUS = 20;
const QUEUE_SELECT = 22;
const QUEUE_SIZE = 24;
const QUEUE_ENABLE = 28;
const QUEUE_DESC = 32;
const QUEUE_DRIVER = 40;
const QUEUE_DEVICE = 48;

const DRIVER_OK = 4;
const NEEDS_RESET = 0x40;
/** ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK. */
const RUNNING = 1 | 2 | 8 | DRIVER_OK;

export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;

/** Where a device's capabilities lie in port space: v86's fixed places. */
export interface V86Place {
  readonly common: number;
  readonly notify: number;
}
export const SHARE_PORTS: V86Place = { common: 0xa800, notify: 0xa900 };
export const CONSOLE_PORTS: V86Place = { common: 0xb800, notify: 0xb900 };
export const NET_PORTS: V86Place = { common: 0xc800, notify: 0xc900 };

export interface RawDescriptor {
  readonly address: number;
  readonly length: number;
  readonly flags?: number;
  readonly next?: number;
  readonly high?: number;
}

/** Ring addresses of one queue. */
export interface Rings {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
}

/** One device's driver; it writes rings and registers without a thought for what is allowed. */
export class V86Driver {
  readonly #cpu: V86Cpu;
  readonly #place: V86Place;
  readonly #view: DataView;

  constructor(cpu: V86Cpu, place: V86Place, bus: FakeBus) {
    this.#cpu = cpu;
    this.#place = place;
    this.#view = new DataView(bus.bytes.buffer);
  }

  get status(): number {
    const port = this.port(this.#place.common + DEVICE_STATUS);
    return port.read8.call(port.device, this.#place.common + DEVICE_STATUS);
  }

  get needsReset(): boolean {
    return (this.status & NEEDS_RESET) !== 0;
  }

  /** Resets the device and brings it to DRIVER_OK with these queues. */
  start(queues: ReadonlyMap<number, Rings>): void {
    this.#write8(DEVICE_STATUS, 0);
    for (const [index, rings] of queues) {
      this.#write16(QUEUE_SELECT, index);
      this.#write16(QUEUE_SIZE, rings.size);
      this.#write32(QUEUE_DESC, rings.descriptors);
      this.#write32(QUEUE_DRIVER, rings.available);
      this.#write32(QUEUE_DEVICE, rings.used);
      this.#write16(QUEUE_ENABLE, 1);
    }
    this.#write8(DEVICE_STATUS, RUNNING);
  }

  /** Writes a descriptor into the table at `table`. */
  describe(table: number, index: number, descriptor: RawDescriptor): void {
    const at = table + index * 16;
    this.#view.setUint32(at, descriptor.address, true);
    this.#view.setUint32(at + 4, descriptor.high ?? 0, true);
    this.#view.setUint32(at + 8, descriptor.length, true);
    this.#view.setUint16(at + 12, descriptor.flags ?? 0, true);
    this.#view.setUint16(at + 14, descriptor.next ?? 0, true);
  }

  /** Makes the chains with these heads the whole content of the available ring; `index` defaults to their number. */
  offer(rings: Rings, heads: readonly number[], index = heads.length): void {
    heads.forEach((head, at) => this.#view.setUint16(rings.available + 4 + 2 * at, head, true));
    this.#view.setUint16(rings.available + 2, index, true);
  }

  usedIndex(rings: Rings): number {
    return this.#view.getUint16(rings.used + 2, true);
  }

  /** Notifies queue `index`, through the register of queue `slot`. */
  notify(index: number, slot = index): void {
    const port = this.port(this.#place.notify + 2 * slot);
    port.write16.call(port.device, index);
  }

  port(number: number): V86Port {
    const port = this.#cpu.io.ports[number];
    if (port === undefined) throw new Error(`no port ${number}`);
    return port;
  }

  #write8(offset: number, value: number): void {
    const port = this.port(this.#place.common + offset);
    port.write8.call(port.device, value);
  }

  #write16(offset: number, value: number): void {
    const port = this.port(this.#place.common + offset);
    port.write16.call(port.device, value);
  }

  #write32(offset: number, value: number): void {
    const port = this.port(this.#place.common + offset);
    port.write32.call(port.device, value);
  }
}

// Which addresses a device's queues use (VIRTIO_F_ACCESS_PLATFORM; virtio 1.2, 6.1 and 6.2).

import { describe, expect, it } from 'vitest';
import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Gpa } from '../memory/address.ts';
import type { FlatMemory } from '../memory/flat-memory.ts';
import { createIommuRig, ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { RING_KINDS, type RingKind } from '../../test/rigs/queue-rig.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import {
  VIRTIO_F_ACCESS_PLATFORM,
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import { VIRTIO_MMIO_INT_CONFIG } from './mmio-registers.ts';

const FEATURES =
  VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX;
const RING_BITS: Record<RingKind, bigint> = { split: 0n, packed: VIRTIO_F_RING_PACKED };
const OK = 0;

/** RAM seen at addresses whose high half is 7; every other address is a fault, and counted. */
class ShiftedMemory implements AddressSpace<Gpa> {
  faults = 0;
  readonly #ram: FlatMemory;

  constructor(ram: FlatMemory) {
    this.#ram = ram;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#ram.read(this.#translate(high), low, target);
  }

  write(high: number, low: number, source: Uint8Array): void {
    this.#ram.write(this.#translate(high), low, source);
  }

  readU16(high: number, low: number): number {
    return this.#ram.readU16(this.#translate(high), low);
  }

  readU32(high: number, low: number): number {
    return this.#ram.readU32(this.#translate(high), low);
  }

  writeU16(high: number, low: number, value: number): void {
    this.#ram.writeU16(this.#translate(high), low, value);
  }

  writeU32(high: number, low: number, value: number): void {
    this.#ram.writeU32(this.#translate(high), low, value);
  }

  #translate(high: number): number {
    if (high === 7) return 0;
    this.faults++;
    throw new BusError('not mapped');
  }
}

function startBehind(kind: RingKind, toBus: (offset: number) => bigint) {
  const device = new MirrorDevice();
  const views: ShiftedMemory[] = [];
  const rig = createRig(device, {
    rings: 'split-and-packed',
    offersAccessPlatform: true,
    viewOf: (ram) => {
      const view = new ShiftedMemory(ram);
      views.push(view);
      return view;
    },
  });
  const [queue] = rig.driver.start(FEATURES | RING_BITS[kind], [{ toBus }]);
  const [view] = views;
  if (queue === undefined || view === undefined) throw new Error('one queue, one view');
  return { device, queue, view, ...rig };
}

describe.each(RING_KINDS)('an endpoint with ACCESS_PLATFORM, on a %s ring', (kind) => {
  const toBus = (offset: number): bigint => (7n << 32n) + BigInt(offset);

  it('[B31] reaches rings, indirect tables and buffers through the platform, and only so', () => {
    const { driver, view } = startBehind(kind, toBus);
    for (const directDescriptors of [3, 0]) {
      const used = driver.request(0, {
        readable: [Uint8Array.of(1, 2), Uint8Array.of(3)],
        writable: [3],
        directDescriptors,
      });
      expect([...used.bytes]).toEqual([3, 2, 1]);
    }
    expect(view.faults).toBe(0);
  });

  it('[B31 B34] whose driver gives physical addresses changes no memory and needs its reset', () => {
    const { driver, memory, queue, view, line } = startBehind(kind, BigInt);
    queue.add({ readable: [Uint8Array.of(1)], writable: [1] });
    const before = memory.bytes.slice();
    driver.notify(0);
    expect(view.faults).toBe(1);
    expect(Buffer.compare(memory.bytes, before)).toBe(0);
    expect(driver.needsReset).toBe(true);
    expect(line.isAsserted).toBe(true);
    expect(driver.takeInterrupts()).toBe(VIRTIO_MMIO_INT_CONFIG);
  });

  it('[B34] whose one buffer is out of reach writes none of it', () => {
    const { driver, memory, queue } = startBehind(kind, toBus);
    const buffer = queue.toBus(0x800);
    memory.bytes.set([1, 2, 3, 4], 0x800);
    queue.writeDescriptor(0, { address: buffer, length: 4, flags: 1, next: 1 });
    queue.writeDescriptor(1, { address: 0x900n, length: 4, flags: 2, next: 0 });
    queue.makeAvailable(0);
    driver.notify(0);
    expect([...memory.bytes.subarray(0x900, 0x904)]).toEqual([0, 0, 0, 0]);
    expect(queue.deviceIndex).toBe(0);
    expect(driver.needsReset).toBe(true);
  });
});

describe('[B33] the IOMMU itself', () => {
  it('offers no ACCESS_PLATFORM: it is not its own endpoint', () => {
    const { mmio } = createIommuRig();
    expect(mmio.deviceFeatures & VIRTIO_F_ACCESS_PLATFORM).toBe(0n);
  });

  it('has queues at physical addresses, whatever is mapped or blocked', () => {
    const { driver, iommu } = startIommu({ options: { bootBypass: false } });
    expect(driver.attach(1, ENDPOINT)).toBe(OK);
    expect(() => iommu.port(ENDPOINT).readU16(0, 0x10_0000)).toThrow('IOMMU');
    expect(driver.detach(1, ENDPOINT)).toBe(OK);
  });
});

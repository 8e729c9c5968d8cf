// A DMA that goes well leaves no garbage: collecting it would stop the guest now and then.

import { describe, expect, it } from 'vitest';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import { DmaBus } from '../../src/machine/v86/dma-bus.ts';
import type { AddressSpace } from '../../src/memory/address-space.ts';
import type { Address, Gpa } from '../../src/memory/address.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import { IommuDriver } from '../rigs/iommu-driver.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { RecordingLine } from '../rigs/virtio-rig.ts';
import {
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_IN_ORDER,
  VIRTIO_F_VERSION_1,
} from '../../src/virtio/features.ts';
import { MmioTransport } from '../../src/virtio/mmio-transport.ts';
import { SplitVirtqueue } from '../../src/virtio/split-virtqueue.ts';
import { PackedVirtqueue } from '../../src/virtio/packed-virtqueue.ts';
import {
  availableFlags,
  PACKED_START,
  packedAdvance,
  packedIndex,
  packedWrap,
} from '../../src/virtio/ring-layout.ts';
import { bytesPerCall } from '../support/allocation.ts';
import { LoopMemory } from '../rigs/loop-memory.ts';
import { RequestLoop } from '../rigs/request-loop.ts';
import { storeModule } from '../support/stores.ts';

/** Less than any object: what is below it was allocated for something else, once in a while. */
const LEAST_OBJECT = 8;
const RAM_BYTES = 0x10_0000;
const ENDPOINT = 8;
const DOMAIN = 1;
const PAGE = 0x1000;

// Where the driver has its things; addresses of its descriptors, too.
const TABLE = 0x1000;
const DRIVER_AREA = 0x2000;
const DEVICE_AREA = 0x3000;
const INDIRECT_TABLE = 0x4000;
const HEADER = 0x5000;
const DATA = 0x6000;
const SIZE = 16;
const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const FEATURES = VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX | VIRTIO_F_IN_ORDER;

/** An attached endpoint's view, one mapping of all memory. The IOMMU's own rings are somewhere else. */
function translatedPort(memory: LoopMemory): AddressSpace<Address> {
  const iommu = new VirtioIommu({ memory, store: new WasmStore(storeModule) });
  iommu.addEndpoint(ENDPOINT);
  const ringMemory = new FlatMemory(RAM_BYTES);
  const transport = new MmioTransport<Gpa>({
    device: iommu,
    memory: ringMemory,
    interruptLine: new RecordingLine(),
  });
  const mmio = new MmioDriver(transport, new DriverMemory(ringMemory, 0, RAM_BYTES));
  const queues = mmio.start(iommu.deviceFeatures | VIRTIO_F_VERSION_1, [{}, {}]);
  const driver = new IommuDriver(mmio, queues);
  driver.attach(DOMAIN, ENDPOINT);
  driver.map(DOMAIN, {
    virtStart: 0n,
    virtEnd: BigInt(RAM_BYTES - 1),
    physStart: 0n,
    flags: VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE,
  });
  return iommu.port(ENDPOINT);
}

function describeBuffer(view: DataView, at: number, words: readonly [number, number]): void {
  view.setUint32(at, words[0], true);
  view.setUint32(at + 8, words[1], true);
}

/** A header to read, a page to write, and a status, in an indirect table or three descriptors of the ring. */
function writeSplitChains(view: DataView): void {
  [INDIRECT_TABLE, TABLE].forEach((table) => {
    describeBuffer(view, table, [HEADER, 16]);
    describeBuffer(view, table + 16, [DATA, PAGE]);
    describeBuffer(view, table + 32, [DATA + PAGE, 1]);
    [NEXT, NEXT | WRITE, WRITE].forEach((flags, index) => {
      view.setUint16(table + 16 * index + 12, flags, true);
      view.setUint16(table + 16 * index + 14, index + 1, true);
    });
  });
  describeBuffer(view, TABLE + 48, [INDIRECT_TABLE, 48]);
  view.setUint16(TABLE + 48 + 12, INDIRECT, true);
}

const AREAS = {
  size: SIZE,
  features: FEATURES | VIRTIO_F_VERSION_1,
  descriptorArea: { high: 0, low: TABLE },
  driverArea: { high: 0, low: DRIVER_AREA },
  deviceArea: { high: 0, low: DEVICE_AREA },
  notifyUsed: () => undefined,
};

const header = new Uint8Array(16);
const page = new Uint8Array(PAGE);
const status = new Uint8Array(1);

/** Answers everything available, as a block device does. */
function answer(queue: SplitVirtqueue<Address> | PackedVirtqueue<Address>): void {
  queue.beginRound();
  for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
    chain.readable.read(0, header);
    chain.writable.write(0, page);
    chain.writable.write(PAGE, status);
    queue.push(chain, PAGE + 1);
  }
  queue.flush();
}

describe('allocates nothing, once it is warm:', () => {
  it.each([
    ['a chain of three descriptors', 0],
    ['a chain in an indirect table', 3],
  ])('%s of a split ring', (_what, head) => {
    const memory = new LoopMemory(RAM_BYTES);
    writeSplitChains(memory.view);
    const queue = new SplitVirtqueue<Address>({ ...AREAS, memory: translatedPort(memory) });
    let next = 0;
    const bytes = bytesPerCall(() => {
      memory.view.setUint16(DRIVER_AREA + 4 + 2 * (next % SIZE), head, true);
      next = (next + 1) & 0xffff;
      memory.view.setUint16(DRIVER_AREA + 2, next, true);
      answer(queue);
    });
    expect(memory.view.getUint16(DEVICE_AREA + 2, true)).toBe(next);
    expect(bytes).toBeLessThan(LEAST_OBJECT);
  });

  it('a list of three descriptors of a packed ring', () => {
    const memory = new LoopMemory(RAM_BYTES);
    const queue = new PackedVirtqueue<Address>({ ...AREAS, memory: translatedPort(memory) });
    const buffers: readonly (readonly [number, number])[] = [
      [HEADER, 16],
      [DATA, PAGE],
      [DATA + PAGE, 1],
    ];
    const flags = [NEXT, NEXT | WRITE, WRITE];
    let at = PACKED_START;
    const bytes = bytesPerCall(() => {
      for (let index = 0; index < 3; index += 1) {
        const entry = TABLE + 16 * packedIndex(at);
        const buffer = buffers[index] ?? [0, 0];
        describeBuffer(memory.view, entry, buffer);
        const available = availableFlags(packedWrap(at)) | (flags[index] ?? 0);
        memory.view.setUint16(entry + 14, available, true);
        at = packedAdvance(at, 1, SIZE);
      }
      answer(queue);
    });
    expect(queue.position.nextUsed).toBe(at);
    expect(bytes).toBeLessThan(LEAST_OBJECT);
  });

  it("the words and data of v86's devices", () => {
    const bus = new DmaBus(translatedPort(new LoopMemory(RAM_BYTES)), () => false);
    const bytes = bytesPerCall((call) => {
      const index = bus.read16(DRIVER_AREA) + bus.read8(TABLE) + bus.read32s(TABLE + 4);
      bus.write_blob(page, DATA);
      bus.write32(DEVICE_AREA + 4, index);
      bus.write16(DEVICE_AREA + 2, call & 0xffff);
    });
    expect(bus.read16(DEVICE_AREA + 2)).toBe(9_999);
    expect(bytes).toBeLessThan(LEAST_OBJECT);
  });

  it('a MAP and an UNMAP, while nobody listens', () => {
    const loop = new RequestLoop(new WasmStore(storeModule));
    let refused = 0;
    const bytes = bytesPerCall((call) => {
      // Words with the highest bit set
      const page = 0xf_0000 + (call & 0xff);
      refused += loop.map(page, call) + loop.unmap(page);
    });
    expect(refused).toBe(0);
    expect(bytes).toBeLessThan(LEAST_OBJECT);
  });

  it('the measure itself counts the smallest object', () => {
    let kept: object = {};
    const bytes = bytesPerCall((call) => {
      kept = { call };
    });
    expect(kept).toEqual({ call: 9_999 });
    expect(bytes).toBeGreaterThanOrEqual(LEAST_OBJECT);
  });
});

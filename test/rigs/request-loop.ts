// A driver that maps and unmaps again and again as Linux does, one request for each notification, and makes no objects
// for it: what is measured is the device's.

import { MmioTransport } from '../../src/virtio/mmio-transport.ts';
import { VIRTIO_F_VERSION_1 } from '../../src/virtio/features.ts';
import {
  VIRTIO_MMIO_QUEUE_AVAIL_LOW,
  VIRTIO_MMIO_QUEUE_DESC_LOW,
  VIRTIO_MMIO_QUEUE_NOTIFY,
  VIRTIO_MMIO_QUEUE_NUM,
  VIRTIO_MMIO_QUEUE_READY,
  VIRTIO_MMIO_QUEUE_SEL,
  VIRTIO_MMIO_QUEUE_USED_LOW,
} from '../../src/virtio/mmio-registers.ts';
import {
  VIRTQ_AVAIL_IDX,
  VIRTQ_AVAIL_RING,
  VIRTQ_DESC_FLAGS,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_NEXT,
  VIRTQ_DESC_SIZE,
} from '../../src/virtio/ring-layout.ts';
import { VIRTIO_CONFIG_S_DRIVER_OK } from '../../src/virtio/device-status.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';
import type { Gpa } from '../../src/memory/address.ts';
import type { MappingStore } from '../../src/iommu/store/mapping-store.ts';
import { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import {
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_START,
  MAP_SIZE,
  MAP_VIRT_END,
  MAP_VIRT_START,
  TAIL_SIZE,
  UNMAP_DOMAIN,
  UNMAP_SIZE,
  UNMAP_VIRT_END,
  UNMAP_VIRT_START,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_REQUEST_VQ,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_UNMAP,
} from '../../src/iommu/protocol/protocol.ts';
import { attachRequest } from './iommu-requests.ts';
import { LoopMemory } from './loop-memory.ts';

const RAM_BYTES = 0x1_0000;
const ENDPOINT = 8;
const DOMAIN = 1;
const READ_WRITE = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;

// Where the driver has its things
const TABLE = 0x1000;
const DRIVER_AREA = 0x2000;
const DEVICE_AREA = 0x3000;
const MAP = 0x4000;
const UNMAP = 0x4100;
const ATTACH = 0x4200;
const TAIL = 0x5000;
const QUEUE_SIZE = 64;
const WORD = 4;

/** Chains of two descriptors, by their heads. */
const MAP_CHAIN = 0;
const UNMAP_CHAIN = 2;
const ATTACH_CHAIN = 4;

/** A device with one endpoint in one domain, and its driver. */
export class RequestLoop {
  readonly iommu: VirtioIommu;
  readonly #memory = new LoopMemory(RAM_BYTES);
  readonly #transport: MmioTransport<Gpa>;
  #next = 0;

  /** `store` is empty. Throws when the endpoint can not be attached. */
  constructor(store: MappingStore) {
    const { view, bytes } = this.#memory;
    this.iommu = new VirtioIommu({ memory: this.#memory, store });
    this.iommu.addEndpoint(ENDPOINT);
    const interruptLine = { setLevel: () => undefined };
    this.#transport = new MmioTransport<Gpa>({
      device: this.iommu,
      memory: this.#memory,
      interruptLine,
    });
    this.#start();
    const attach = attachRequest(DOMAIN, ENDPOINT, 0);
    bytes.set(attach, ATTACH);
    this.#describe(MAP_CHAIN, MAP, MAP_SIZE);
    this.#describe(UNMAP_CHAIN, UNMAP, UNMAP_SIZE);
    this.#describe(ATTACH_CHAIN, ATTACH, attach.length);
    view.setUint8(MAP, VIRTIO_IOMMU_T_MAP);
    view.setUint32(MAP + MAP_DOMAIN, DOMAIN, true);
    view.setUint32(MAP + MAP_FLAGS, READ_WRITE, true);
    view.setUint8(UNMAP, VIRTIO_IOMMU_T_UNMAP);
    view.setUint32(UNMAP + UNMAP_DOMAIN, DOMAIN, true);
    if (this.#send(ATTACH_CHAIN) !== VIRTIO_IOMMU_S_OK) throw new Error('ATTACH was refused');
  }

  /** Maps one page, by numbers of 4 KiB pages; the request's status. */
  map(page: number, physPage: number): number {
    const { view } = this.#memory;
    view.setUint32(MAP + MAP_VIRT_START, page << 12, true);
    view.setUint32(MAP + MAP_VIRT_START + WORD, page >>> 20, true);
    view.setUint32(MAP + MAP_VIRT_END, (page << 12) | 0xfff, true);
    view.setUint32(MAP + MAP_VIRT_END + WORD, page >>> 20, true);
    view.setUint32(MAP + MAP_PHYS_START, physPage << 12, true);
    view.setUint32(MAP + MAP_PHYS_START + WORD, physPage >>> 20, true);
    return this.#send(MAP_CHAIN);
  }

  unmap(page: number): number {
    const { view } = this.#memory;
    view.setUint32(UNMAP + UNMAP_VIRT_START, page << 12, true);
    view.setUint32(UNMAP + UNMAP_VIRT_START + WORD, page >>> 20, true);
    view.setUint32(UNMAP + UNMAP_VIRT_END, (page << 12) | 0xfff, true);
    view.setUint32(UNMAP + UNMAP_VIRT_END + WORD, page >>> 20, true);
    return this.#send(UNMAP_CHAIN);
  }

  #start(): void {
    // The driver's own queues are of no use here: they make objects
    const driver = new MmioDriver(this.#transport, new DriverMemory(new FlatMemory(0), 0, 0));
    if (!driver.negotiate(driver.deviceFeatures & (0xffff_ffffn | VIRTIO_F_VERSION_1))) {
      throw new Error('the device refused the features');
    }
    driver.writeRegister(VIRTIO_MMIO_QUEUE_SEL, VIRTIO_IOMMU_REQUEST_VQ);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_NUM, QUEUE_SIZE);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_DESC_LOW, TABLE);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_AVAIL_LOW, DRIVER_AREA);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_USED_LOW, DEVICE_AREA);
    driver.writeRegister(VIRTIO_MMIO_QUEUE_READY, 1);
    driver.addStatus(VIRTIO_CONFIG_S_DRIVER_OK);
  }

  /** A request and its tail. */
  #describe(head: number, address: number, length: number): void {
    const { view } = this.#memory;
    const first = TABLE + head * VIRTQ_DESC_SIZE;
    view.setUint32(first, address, true);
    view.setUint32(first + 8, length, true);
    view.setUint16(first + VIRTQ_DESC_FLAGS, VIRTQ_DESC_F_NEXT, true);
    view.setUint16(first + VIRTQ_DESC_NEXT, head + 1, true);
    const second = first + VIRTQ_DESC_SIZE;
    view.setUint32(second, TAIL, true);
    view.setUint32(second + 8, TAIL_SIZE, true);
    view.setUint16(second + VIRTQ_DESC_FLAGS, VIRTQ_DESC_F_WRITE, true);
  }

  #send(head: number): number {
    const { view } = this.#memory;
    view.setUint16(DRIVER_AREA + VIRTQ_AVAIL_RING + 2 * (this.#next % QUEUE_SIZE), head, true);
    this.#next = (this.#next + 1) & 0xffff;
    view.setUint16(DRIVER_AREA + VIRTQ_AVAIL_IDX, this.#next, true);
    view.setUint8(TAIL, 0xff);
    this.#transport.write(VIRTIO_MMIO_QUEUE_NOTIFY, WORD, VIRTIO_IOMMU_REQUEST_VQ);
    return view.getUint8(TAIL);
  }
}

// The whole virtio-iommu over packed rings, with every feature of the transport: the device does not see the difference.

import { describe, expect, it } from 'vitest';
import { ReferenceStore } from '../../src/iommu/store/reference-store.ts';
import { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';
import { IommuDriver } from '../rigs/iommu-driver.ts';
import { PackedDriverQueue } from '../../src/driver/packed-driver-queue.ts';
import { createRig } from '../rigs/virtio-rig.ts';
import { VIRTIO_F_IN_ORDER, VIRTIO_F_RING_PACKED } from '../../src/virtio/features.ts';

const ENDPOINT = 8;
const DOMAIN = 1;
const PROBE_SIZE = 512;
const PAGE = { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: 0x3000n, flags: 3 };

function start() {
  const memory = new FlatMemory(0x8000);
  const iommu = new VirtioIommu({ memory, store: new ReferenceStore() });
  iommu.addEndpoint(ENDPOINT);
  iommu.setBypass(false);
  const { driver: mmio, transport } = createRig(iommu, { rings: 'split-and-packed' });
  const features = mmio.deviceFeatures;
  const driver = new IommuDriver(mmio, mmio.start(features, [{ size: 37 }, { size: 5 }]));
  return { driver, memory, iommu, mmio, features, transport };
}

describe('[B24 B28] a virtio-iommu over packed rings', () => {
  it('takes every feature that is offered, and uses buffers in order', () => {
    const { driver, features } = start();
    expect(features & VIRTIO_F_RING_PACKED).toBe(VIRTIO_F_RING_PACKED);
    expect(features & VIRTIO_F_IN_ORDER).toBe(VIRTIO_F_IN_ORDER);
    expect(driver.requestQueue).toBeInstanceOf(PackedDriverQueue);
  });

  it('attaches, maps, translates, unmaps and detaches, round after round', () => {
    const { driver, iommu, memory } = start();
    for (let round = 0; round < 20; round++) {
      expect(driver.attach(DOMAIN, ENDPOINT)).toBe(0);
      expect(driver.map(DOMAIN, PAGE)).toBe(0);
      iommu.port(ENDPOINT).writeU32(0, 0x1004, 0x600d_0000 + round);
      expect(memory.readU32(0, 0x3004)).toBe(0x600d_0000 + round);
      expect(driver.unmap(DOMAIN, PAGE.virtStart, PAGE.virtEnd)).toBe(0);
      expect(driver.detach(DOMAIN, ENDPOINT)).toBe(0);
      expect(driver.probe(ENDPOINT, PROBE_SIZE).length).toBe(PROBE_SIZE + 4);
    }
  });

  it('[B26] reports faults into buffers that were left without a notification', () => {
    const { driver, iommu } = start();
    driver.attach(DOMAIN, ENDPOINT);
    for (let round = 0; round < 4; round++) {
      driver.addEventBuffers(3);
      for (const page of [1, 2, 3]) {
        expect(() => iommu.port(ENDPOINT).readU16(0, page * 0x1000)).toThrow('IOMMU');
      }
      expect(driver.takeFaults().map(({ address }) => address)).toEqual([
        0x1000n,
        0x2000n,
        0x3000n,
      ]);
    }
  });

  it('goes on from a snapshot, wrap counters and all', () => {
    const { driver, iommu, transport } = start();
    driver.addEventBuffers(2);
    for (let round = 0; round < 50; round++) driver.attach(DOMAIN, ENDPOINT);
    const [registers, tables] = [JSON.stringify(transport.save()), iommu.save()];
    transport.restore(JSON.parse(registers));
    iommu.restore(tables);
    expect(JSON.stringify(transport.save())).toBe(registers);
    for (let round = 0; round < 50; round++) expect(driver.map(DOMAIN, PAGE)).toBe(round ? 4 : 0);
    expect(() => iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow('IOMMU');
    expect(driver.takeFaults()).toMatchObject([{ address: 0x9000n }]);
  });
});

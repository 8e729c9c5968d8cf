// Fault reports through the event queue (virtio 1.2, 5.13.6.9).

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { highWord, lowWord } from '../../src/base/words.ts';
import { BusError } from '../../src/memory/address-space.ts';
import {
  FAULT_ADDRESS,
  FAULT_ENDPOINT,
  FAULT_FLAGS,
  FAULT_REASON,
  FAULT_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
} from '../../src/iommu/protocol/protocol.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import { attachRequest } from '../rigs/iommu-requests.ts';
import { VIRTIO_F_VERSION_1 } from '../../src/virtio/features.ts';
import { VIRTIO_MMIO_INT_VRING } from '../../src/virtio/mmio-registers.ts';
import { canRead, canWrite, pages, READ } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const SEED = 55;
const READ_FAULT = VIRTIO_IOMMU_FAULT_F_READ | VIRTIO_IOMMU_FAULT_F_ADDRESS;
const WRITE_FAULT = VIRTIO_IOMMU_FAULT_F_WRITE | VIRTIO_IOMMU_FAULT_F_ADDRESS;
const FIELDS = [
  [FAULT_REASON, 1],
  [FAULT_FLAGS, 4],
  [FAULT_ENDPOINT, 4],
  [FAULT_ADDRESS, 8],
] as const;

describe.each(STORES)('a fault report over a %s', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);

  /** ENDPOINT in a domain with one read-only page at 0x1000, the other blocked. */
  function start() {
    const rig = startIommu();
    rig.driver.attach(DOMAIN, ENDPOINT);
    rig.driver.map(DOMAIN, pages(0x1000n, 0x5000n, READ));
    rig.iommu.setBypass(false);
    rig.mmio.takeInterrupts();
    return rig;
  }

  it('[A80 A81 A82 A83 A86 A88] says who, where and why in 24 bytes, and nothing else', () => {
    const { driver, iommu } = start();
    const faulting = fc.record({
      endpoint: fc.constantFrom(ENDPOINT, OTHER_ENDPOINT),
      iova: fc.bigInt({ min: 0x2000n, max: 0xfedf_ffffn }),
      high: fc.nat({ max: 0xff }),
      isWrite: fc.boolean(),
    });
    fc.assert(
      fc.property(faulting, ({ endpoint, iova, high, isWrite }) => {
        const address = (BigInt(high) << 56n) | iova;
        driver.eventQueue.add({ writable: [FAULT_SIZE + 8], fill: 0xee });
        const access = isWrite ? canWrite : canRead;
        expect(access(iommu, endpoint, address)).toBe(false);
        const used = driver.takeEvent();
        const view = new DataView((used?.bytes ?? new Uint8Array(FAULT_SIZE)).buffer);
        expect({
          length: used?.length,
          reason: view.getUint8(FAULT_REASON),
          flags: view.getUint32(FAULT_FLAGS, true),
          endpoint: view.getUint32(FAULT_ENDPOINT, true),
          address: view.getBigUint64(FAULT_ADDRESS, true),
        }).toEqual({
          length: FAULT_SIZE,
          reason:
            endpoint === ENDPOINT ? VIRTIO_IOMMU_FAULT_R_MAPPING : VIRTIO_IOMMU_FAULT_R_DOMAIN,
          flags: isWrite ? WRITE_FAULT : READ_FAULT,
          endpoint,
          address,
        });
        const rest = (used?.bytes ?? []).filter(
          (_, at) =>
            at < FAULT_SIZE && !FIELDS.some(([from, size]) => at >= from && at < from + size),
        );
        expect([...rest].every((byte) => byte === 0)).toBe(true);
        expect([...(used?.bytes.subarray(FAULT_SIZE) ?? [])]).toEqual(
          Array.from({ length: 8 }, () => 0xee),
        );
      }),
      { seed: SEED },
    );
  });

  it.each([
    ['an attached endpoint, nothing mapped', ENDPOINT, 0x9000n, false, 'MAPPING'],
    ['an attached endpoint, a right missing', ENDPOINT, 0x1000n, true, 'MAPPING'],
    ['an unattached endpoint', OTHER_ENDPOINT, 0x1000n, false, 'DOMAIN'],
  ] as const)('[A86] gives the reason for %s', (_what, endpoint, iova, isWrite, reason) => {
    const { driver, iommu } = start();
    driver.addEventBuffers(1);
    expect((isWrite ? canWrite : canRead)(iommu, endpoint, iova)).toBe(false);
    const reasons = { MAPPING: VIRTIO_IOMMU_FAULT_R_MAPPING, DOMAIN: VIRTIO_IOMMU_FAULT_R_DOMAIN };
    expect(driver.takeFaults()).toMatchObject([{ reason: reasons[reason] }]);
  });

  it('[A85] fills a buffer whatever descriptors it is made of, and only one', () => {
    const { driver, iommu } = start();
    driver.eventQueue.add({ writable: Array.from({ length: FAULT_SIZE }, () => 1) });
    driver.addEventBuffers(1);
    canRead(iommu, ENDPOINT, 0x9000n);
    expect(driver.takeFaults()).toMatchObject([{ address: 0x9000n }]);
  });

  it('[A85] is not spread over two buffers of half its size', () => {
    const { driver, iommu, events } = start();
    driver.addEventBuffers(2, FAULT_SIZE / 2);
    canRead(iommu, ENDPOINT, 0x9000n);
    for (const used of [driver.takeEvent(), driver.takeEvent()]) {
      expect([used?.length, used?.bytes.some((byte) => byte !== 0)]).toEqual([0, false]);
    }
    expect(events.at(-1)).toMatchObject({ kind: 'faulted', isReported: false });
  });

  it('[A84 B26] needs no notification of the event queue, and comes with an interrupt', () => {
    const { driver, iommu, mmio } = start();
    canRead(iommu, ENDPOINT, 0x8000n);
    driver.addEventBuffers(2);
    canRead(iommu, ENDPOINT, 0x9000n);
    expect(mmio.takeInterrupts()).toBe(VIRTIO_MMIO_INT_VRING);
    expect(driver.takeFaults()).toMatchObject([{ address: 0x9000n }]);
  });

  it('[A84] is dropped when the driver never set an event queue up', () => {
    const { mmio, iommu, events } = createIommuRig({ options: { bootBypass: false } });
    mmio.start(iommu.deviceFeatures | VIRTIO_F_VERSION_1, [{}]);
    expect(canRead(iommu, ENDPOINT, 0x9000n)).toBe(false);
    expect(events.at(-1)).toMatchObject({ kind: 'faulted', isReported: false });
    expect(mmio.needsReset).toBe(false);
  });

  it('[A86] is not made in bypass mode, nor by a request that is refused', () => {
    const { driver, iommu } = start();
    driver.addEventBuffers(4);
    driver.attach(2, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
    expect(canRead(iommu, OTHER_ENDPOINT, 0x9000n)).toBe(true);
    driver.map(DOMAIN, pages(0x1000n, 0n));
    driver.unmap(DOMAIN, 0x1000n, 0x1001n);
    expect(driver.takeFaults()).toEqual([]);
  });

  it('[A87] is not what a failure of the device itself makes: that needs a reset', () => {
    const { driver, mmio, memory } = start();
    driver.addEventBuffers(4);
    memory.bytes.set(attachRequest(DOMAIN, ENDPOINT), 0);
    const { requestQueue } = driver;
    requestQueue.writeDescriptor(200, { address: 0n, length: 20, flags: 1, next: 201 });
    requestQueue.writeDescriptor(201, { address: 1n << 40n, length: 4, flags: 2, next: 0 });
    requestQueue.makeAvailable(200);
    mmio.notify(0);
    expect(mmio.needsReset).toBe(true);
    expect(driver.takeFaults()).toEqual([]);
  });

  it('[A82 A83] names the first byte of a long access that may not be touched', () => {
    const { driver, iommu } = start();
    driver.addEventBuffers(1);
    const port = iommu.port(ENDPOINT);
    const from = 0x1ff0n;
    const buffer = new Uint8Array(0x100);
    expect(() => port.read(highWord(from), lowWord(from), buffer)).toThrow(BusError);
    expect(driver.takeFaults()).toMatchObject([{ endpoint: ENDPOINT, address: 0x2000n }]);
  });
});

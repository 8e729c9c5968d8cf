// Where QEMU's virtio-iommu deviates from the specification, and ours does not.

import { describe, expect, it } from 'vitest';
import { toIova } from '../../src/memory/address.ts';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  CONFIG_BYPASS,
  PROBE_SIZE as PROBE_REQUEST_SIZE,
  TAIL_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import { attachRequest, mapRequest, probeRequest } from '../rigs/iommu-requests.ts';
import { canRead, canWrite, pages, READ } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const IOVA = 0x1000n;
const GPA = 0x5000;
const PROBE_SIZE = 32;
const { features: DEFAULT_FEATURES, probeSize } = DEFAULT_IOMMU_OPTIONS;

describe.each(STORES)('unlike QEMU, over a %s,', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  function startAttached(options: Parameters<typeof startIommu>[0] = {}) {
    const rig = startIommu(options);
    rig.driver.attach(DOMAIN, ENDPOINT);
    return rig;
  }

  it.each([
    ['a 2', DEFAULT_FEATURES, CONFIG_BYPASS, 2],
    ['a page size', DEFAULT_FEATURES, 0, 1],
    [
      'bypass without its feature',
      DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_BYPASS_CONFIG,
      CONFIG_BYPASS,
      0,
    ],
  ])('[E-qemu-A9 A9] a configuration write of %s breaks no device', (...row) => {
    const [, accepts, offset, value] = row;
    const { mmio, driver } = startIommu({ accepts });
    const before = mmio.readConfig(offset, 1);
    mmio.writeConfig(offset, 1, value);
    expect(mmio.needsReset).toBe(false);
    expect(mmio.readConfig(offset, 1)).toBe(before);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[E-qemu-A11 A11] MAP and UNMAP need MAP_UNMAP to be accepted', () => {
    const accepts = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_MAP_UNMAP;
    const { driver, iommu } = startAttached({ accepts });
    expect(driver.map(DOMAIN, pages(IOVA, BigInt(GPA)))).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(driver.unmap(DOMAIN, IOVA, IOVA + 0xfffn)).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
  });

  it.each([
    ['no byte of reply', attachRequest(DOMAIN, ENDPOINT), []],
    ['3 bytes of reply', attachRequest(DOMAIN, ENDPOINT), [3]],
    ['a head alone', attachRequest(DOMAIN, ENDPOINT).subarray(0, 4), [TAIL_SIZE]],
    ['2 bytes of a head', attachRequest(DOMAIN, ENDPOINT).subarray(0, 2), [TAIL_SIZE]],
  ])('[E-qemu-A14 A14] a request with %s breaks no device', (_what, request, writable) => {
    const { driver, mmio } = startIommu();
    driver.requestQueue.add({ readable: [request], writable });
    driver.requestQueue.add({ readable: [attachRequest(DOMAIN, ENDPOINT)], writable: [TAIL_SIZE] });
    mmio.notify(0);
    expect(mmio.needsReset).toBe(false);
    driver.requestQueue.expectUsed();
    expect([...driver.requestQueue.expectUsed().bytes]).toEqual([VIRTIO_IOMMU_S_OK, 0, 0, 0]);
  });

  it.each([0, 6, 0xff])('[E-qemu-A16 A16] type %i has no status at all', (type) => {
    const { driver } = startIommu();
    driver.framing = (readable, room) => ({ readable: [readable], writable: [room], fill: 0xee });
    const { bytes, length } = driver.send(new Uint8Array(20).fill(type, 0, 1), TAIL_SIZE);
    expect([length, ...bytes]).toEqual([0, 0xee, 0xee, 0xee, 0xee]);
  });

  it('[E-qemu-A20 A20] ATTACH checks domain_range', () => {
    const { driver } = startIommu({ options: { domainRange: { start: 4, end: 5 } } });
    const statuses = [3, 4, 5, 6].map((domain) => driver.attach(domain, ENDPOINT));
    expect(statuses).toEqual([
      VIRTIO_IOMMU_S_RANGE,
      VIRTIO_IOMMU_S_OK,
      VIRTIO_IOMMU_S_OK,
      VIRTIO_IOMMU_S_RANGE,
    ]);
  });

  it('[E-qemu-A21 A21] MAP checks input_range', () => {
    const inputRange = { start: 0x2000n, end: 0x4fffn };
    const { driver } = startAttached({ options: { inputRange } });
    expect(driver.map(DOMAIN, pages(0x1000n, 0n))).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(driver.map(DOMAIN, pages(0x4000n, 0n, READ, 2n))).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(driver.map(DOMAIN, pages(0x2000n, 0n, READ, 3n))).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[E-qemu-A26 A26] ATTACH checks its reserved bytes', () => {
    const { driver, iommu } = startIommu();
    const request = attachRequest(DOMAIN, ENDPOINT).fill(1, 19, 20);
    expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(iommu.state().endpoints[0]).toMatchObject({ domain: null });
  });

  it('[E-qemu-A30 A30 A31] a refused ATTACH detaches nothing', () => {
    const { driver, iommu } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(iommu.state().endpoints[0]).toMatchObject({ domain: DOMAIN });
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
  });

  it('[E-qemu-A36 A36] ATTACH of the only endpoint to its own domain drops no mapping', () => {
    const { driver, iommu } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
  });

  it.each([
    ['virt_start', { virtStart: 0x1800n }],
    ['virt_end + 1', { virtEnd: 0x17ffn }],
    ['phys_start', { physStart: 0x5800n }],
  ])('[E-qemu-A43 A43] MAP checks the alignment of %s', (_what, field) => {
    const { driver } = startAttached();
    const fields = { ...pages(IOVA, BigInt(GPA)), ...field };
    expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_RANGE);
  });

  it('[E-qemu-A45 A45] MAP with MMIO needs MMIO to be accepted, not just offered', () => {
    const options = { features: DEFAULT_FEATURES | VIRTIO_IOMMU_F_MMIO };
    const { driver } = startAttached({ options, accepts: DEFAULT_FEATURES });
    const fields = pages(IOVA, 0n, READ | VIRTIO_IOMMU_MAP_F_MMIO);
    expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[E-qemu-A50 A50] MAP checks that its end is above its start', () => {
    const { driver, iommu } = startAttached();
    const backwards = { ...pages(0x2000n, 0n), virtEnd: 0xfffn };
    expect(driver.map(DOMAIN, backwards)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([]);
  });

  it('[E-qemu-A60 A60] UNMAP removes none of the mappings before the one it would cut', () => {
    const { driver, iommu } = startAttached();
    driver.map(DOMAIN, pages(0x1000n, BigInt(GPA)));
    driver.map(DOMAIN, pages(0x2000n, BigInt(GPA)));
    driver.map(DOMAIN, pages(0x3000n, BigInt(GPA), READ, 2n));
    expect(driver.unmap(DOMAIN, 0x1000n, 0x3fffn)).toBe(VIRTIO_IOMMU_S_RANGE);
    const iovas = [0x1000n, 0x2000n, 0x3000n, 0x4000n];
    expect(iovas.map((iova) => canRead(iommu, ENDPOINT, iova))).toEqual(iovas.map(() => true));
  });

  it('[E-qemu-A70 A70] PROBE with too little room is INVAL where a driver finds it', () => {
    const { driver, mmio } = startIommu({ options: { probeSize: PROBE_SIZE } });
    const { bytes, length } = driver.send(probeRequest(ENDPOINT), PROBE_SIZE);
    expect(length).toBe(PROBE_SIZE);
    expect(bytes.subarray(0, -TAIL_SIZE).every((byte) => byte === 0)).toBe(true);
    expect(bytes.at(-TAIL_SIZE)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(mmio.needsReset).toBe(false);
  });

  it('[E-qemu-A76 A76] MAP checks reserved regions', () => {
    const region = { kind: 'reserved', start: toIova(IOVA), end: toIova(0x1fffn) } as const;
    const { driver } = startAttached({ reserved: { [ENDPOINT]: [region] } });
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(driver.map(DOMAIN, pages(0n, 0n, READ, 3n))).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[E-bug-qemu-use-after-free E-bug-qemu-output-size] requests behind a PROBE have their own replies', () => {
    const { driver, mmio } = startIommu();
    const { requestQueue } = driver;
    const probe = { readable: [probeRequest(ENDPOINT)], writable: [probeSize + TAIL_SIZE] };
    const attach = { readable: [attachRequest(DOMAIN, ENDPOINT)], writable: [TAIL_SIZE] };
    const map = { readable: [mapRequest(DOMAIN, pages(IOVA, 0n))], writable: [64], fill: 0xee };
    const heads = [probe, attach, map, probe, map].map((chain) => requestQueue.add(chain));
    mmio.notify(0);
    const used = heads.map(() => requestQueue.expectUsed());
    expect(used.map(({ head }) => head)).toEqual(heads);
    const full = probeSize + TAIL_SIZE;
    expect(used.map(({ length }) => length)).toEqual([full, 4, 4, full, 4]);
    expect([used[1]?.bytes[0], used[2]?.bytes[0], used[4]?.bytes[0]]).toEqual([
      VIRTIO_IOMMU_S_OK,
      VIRTIO_IOMMU_S_OK,
      VIRTIO_IOMMU_S_INVAL,
    ]);
    expect(used[2]?.bytes.subarray(TAIL_SIZE).every((byte) => byte === 0xee)).toBe(true);
    expect(used[3]?.bytes).toEqual(used[0]?.bytes);
  });

  it('[E-bug-qemu-probe-copy A14] PROBE needs the last of its reserved bytes', () => {
    const { driver } = startIommu();
    const statusOf = (size: number) =>
      driver.send(probeRequest(ENDPOINT).subarray(0, size), probeSize + TAIL_SIZE).bytes[probeSize];
    for (let size = PROBE_REQUEST_SIZE - TAIL_SIZE; size < PROBE_REQUEST_SIZE; size++) {
      expect(statusOf(size)).toBe(VIRTIO_IOMMU_S_INVAL);
    }
    expect(statusOf(PROBE_REQUEST_SIZE)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[E-bug-qemu-translate-low A19] an access one byte below a mapping is outside it', () => {
    const { driver, iommu, memory } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.addEventBuffers(2);
    expect(canWrite(iommu, ENDPOINT, IOVA - 1n)).toBe(false);
    expect(canRead(iommu, ENDPOINT, IOVA - 1n)).toBe(false);
    expect(memory.bytes[GPA - 1]).toBe(0);
    expect(driver.takeFaults()).toMatchObject([{ address: IOVA - 1n }, { address: IOVA - 1n }]);
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(true);
  });
});

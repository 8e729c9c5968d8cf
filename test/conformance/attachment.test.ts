// ATTACH and DETACH by what endpoints can touch afterwards (virtio 1.2, 5.13.6.3 and .4).

import { describe, expect, it } from 'vitest';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import { toIova } from '../../src/memory/address.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import { canRead, canWrite, pages } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const THIRD_ENDPOINT = 9;
const F_BYPASS = VIRTIO_IOMMU_ATTACH_F_BYPASS;
const IOVA = 0x1000n;
const GPA = 0x5000;
const OTHER_GPA = 0x6000;
const REGION = { kind: 'reserved', start: toIova(IOVA), end: toIova(IOVA + 0xfffn) } as const;

describe.each(STORES)('ATTACH over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[A33] is in force with the next access', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(true);
    expect(memory.bytes[GPA]).toBe(0x5a);
    expect(memory.bytes[Number(IOVA)]).toBe(0);
  });

  it('[A34] keeps domains apart that map the same IOVA', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.map(OTHER_DOMAIN, pages(IOVA, BigInt(OTHER_GPA)));
    iommu.port(ENDPOINT).writeU32(0, Number(IOVA), 1);
    iommu.port(OTHER_ENDPOINT).writeU32(0, Number(IOVA), 2);
    expect([memory.readU32(0, GPA), memory.readU32(0, OTHER_GPA)]).toEqual([1, 2]);
    driver.unmap(DOMAIN, IOVA, IOVA + 0xfffn);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
    expect(iommu.port(OTHER_ENDPOINT).readU32(0, Number(IOVA))).toBe(2);
  });

  it('[A31 A34] moves an endpoint from one domain to another and to a bypass domain', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(OTHER_DOMAIN, ENDPOINT);
    driver.map(OTHER_DOMAIN, pages(IOVA, BigInt(OTHER_GPA)));
    canWrite(iommu, ENDPOINT, IOVA);
    expect([memory.bytes[GPA], memory.bytes[OTHER_GPA]]).toEqual([0, 0x5a]);
    expect(driver.attach(3, ENDPOINT, F_BYPASS)).toBe(VIRTIO_IOMMU_S_OK);
    canWrite(iommu, ENDPOINT, IOVA);
    expect(memory.bytes[Number(IOVA)]).toBe(0x5a);
    expect(driver.map(OTHER_DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it.each([
    ['F_BYPASS that disagrees [A30]', { flags: F_BYPASS }, VIRTIO_IOMMU_S_INVAL],
    ['an unknown flag [A27]', { flags: 4 }, VIRTIO_IOMMU_S_INVAL],
    ['properties that do not fit [A32]', { flags: 0 }, VIRTIO_IOMMU_S_UNSUPP],
    ['no room for a domain [A54]', { flags: 0, domain: 9 }, VIRTIO_IOMMU_S_NOMEM],
  ])('[A31] refused for %s leaves the old attachment in force', (_what, row, status) => {
    const { driver, iommu, memory } = startIommu({
      store: makeStore({ maxDomains: 2, maxMappings: 9 }),
      reserved: { [ENDPOINT]: [REGION] },
    });
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT);
    driver.map(OTHER_DOMAIN, pages(IOVA, BigInt(OTHER_GPA)));
    iommu.addEndpoint(THIRD_ENDPOINT);
    driver.attach(DOMAIN, THIRD_ENDPOINT);
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(0x8000n, BigInt(GPA)));
    const domain = 'domain' in row ? (row.domain ?? OTHER_DOMAIN) : OTHER_DOMAIN;
    expect(driver.attach(domain, ENDPOINT, row.flags)).toBe(status);
    expect(canWrite(iommu, ENDPOINT, 0x8000n)).toBe(true);
    expect(memory.bytes[GPA]).toBe(0x5a);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
  });

  it('[A32 A33] takes an endpoint whose regions nothing is mapped at', () => {
    const { driver, iommu } = startIommu({ reserved: { [OTHER_ENDPOINT]: [REGION] } });
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(IOVA + 0x1000n, BigInt(GPA)));
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, OTHER_ENDPOINT, IOVA + 0x1000n)).toBe(true);
  });

  it('[A36] to the same domain keeps shared mappings, and a bypass domain as it is', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
    driver.attach(OTHER_DOMAIN, ENDPOINT, F_BYPASS);
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT, F_BYPASS)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, 0n)).toBe(true);
  });

  it.each([0, 0x8000_0000, 0xffff_ffff])('[A37] finds endpoint 0x%x by all its 32 bits', (id) => {
    const { driver, iommu } = startIommu();
    iommu.addEndpoint(id);
    iommu.setBypass(false);
    expect(driver.attach(DOMAIN, id)).toBe(VIRTIO_IOMMU_S_OK);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(canRead(iommu, id, IOVA)).toBe(true);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
    expect(driver.attach(DOMAIN, (id ^ 0x1_0000) >>> 0)).toBe(VIRTIO_IOMMU_S_NOENT);
    expect(() => iommu.addEndpoint(id)).toThrow('before');
  });
});

describe.each(STORES)('DETACH over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[A41] ends mappings that the endpoint just used, through the same port', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    iommu.setBypass(false);
    const port = iommu.port(ENDPOINT);
    port.writeU32(0, Number(IOVA), 1);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(() => port.writeU32(0, Number(IOVA), 2)).toThrow('IOMMU');
    expect(() => port.readU32(0, Number(IOVA))).toThrow('IOMMU');
    expect(memory.readU32(0, GPA)).toBe(1);
    expect(iommu.port(OTHER_ENDPOINT).readU32(0, Number(IOVA))).toBe(1);
  });

  it('[A41 A22] puts the endpoint into bypass mode when bypass is 1', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.detach(DOMAIN, ENDPOINT);
    canWrite(iommu, ENDPOINT, IOVA);
    expect([memory.bytes[Number(IOVA)], memory.bytes[GPA]]).toEqual([0x5a, 0]);
  });

  it('[A42] of the last endpoint frees the ID for a domain of either kind, empty', () => {
    const { driver, iommu } = startIommu();
    iommu.setBypass(false);
    for (const flags of [0, F_BYPASS, 0]) {
      expect(driver.attach(DOMAIN, ENDPOINT, flags)).toBe(VIRTIO_IOMMU_S_OK);
      expect(canRead(iommu, ENDPOINT, IOVA)).toBe(flags === F_BYPASS);
      const status = flags === F_BYPASS ? VIRTIO_IOMMU_S_INVAL : VIRTIO_IOMMU_S_OK;
      expect(driver.map(DOMAIN, pages(IOVA, BigInt(GPA)))).toBe(status);
      expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    }
    expect(driver.unmap(DOMAIN, IOVA, IOVA + 0xfffn)).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it('[A40] a second time is INVAL', () => {
    const { driver } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_INVAL);
  });
});

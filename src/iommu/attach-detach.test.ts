// ATTACH and DETACH as a driver sees them (virtio 1.2, 5.13.6.3 and .4).

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { attachRequest, detachRequest } from '../../test/rigs/iommu-requests.ts';
import { toIova } from '../memory/address.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  ATTACH_RESERVED,
  ATTACH_SIZE,
  DETACH_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from './protocol/protocol.ts';
import { X86_MSI_REGION } from './regions/reserved-regions.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const NO_ENDPOINT = 77;
const F_BYPASS = VIRTIO_IOMMU_ATTACH_F_BYPASS;
const PAGE = { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: 0x5000n, flags: 3 };

describe.each(STORES)('ATTACH over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  it('[A29 A33 A34 A51 C8 C22 C23] creates the domain on first use and lets endpoints share its mappings', () => {
    const { driver, iommu, memory } = startIommu();
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.map(DOMAIN, PAGE)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    iommu.port(OTHER_ENDPOINT).writeU32(0, 0x1000, 0xfeed);
    expect(memory.readU32(0, 0x5000)).toBe(0xfeed);
    expect(iommu.state().domains).toEqual([
      {
        id: DOMAIN,
        isBypass: false,
        endpoints: [ENDPOINT, OTHER_ENDPOINT],
        mappings: 1,
        bytes: 4096n,
        translated: 1,
        translatedBytes: 4,
        blocked: 0,
        blockedBytes: 0,
        reserved: [X86_MSI_REGION],
      },
    ]);
  });

  it.each([16, 17, 18, 19])('[A26 A24 A18] rejects a reserved byte (%i) with INVAL', (offset) => {
    const { driver, iommu } = startIommu();
    const request = attachRequest(DOMAIN, ENDPOINT);
    request[offset] = 1;
    expect(offset).toBeGreaterThanOrEqual(ATTACH_RESERVED);
    expect(offset).toBeLessThan(ATTACH_SIZE);
    expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(iommu.state().domains).toEqual([]);
  });

  it.each([2, 3, 0x8000_0000])('[A27] rejects the unknown flags 0x%x with INVAL', (flags) => {
    const { driver } = startIommu();
    expect(driver.attach(DOMAIN, ENDPOINT, flags)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[A27 A22] takes F_BYPASS for unknown when BYPASS_CONFIG was not accepted', () => {
    const accepts = DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_BYPASS_CONFIG;
    const { driver } = startIommu({ accepts });
    expect(driver.attach(DOMAIN, ENDPOINT, F_BYPASS)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it("[A17 A25] ignores the head's reserved bytes", () => {
    const { driver } = startIommu();
    const request = attachRequest(DOMAIN, ENDPOINT);
    request.fill(0xff, 1, 4);
    expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A28 A24 A37] rejects an endpoint that does not exist with NOENT', () => {
    const { driver, iommu } = startIommu();
    expect(driver.attach(DOMAIN, NO_ENDPOINT)).toBe(VIRTIO_IOMMU_S_NOENT);
    expect(iommu.state().domains).toEqual([]);
  });

  it.each([
    [9, VIRTIO_IOMMU_S_RANGE],
    [10, VIRTIO_IOMMU_S_OK],
    [20, VIRTIO_IOMMU_S_OK],
    [21, VIRTIO_IOMMU_S_RANGE],
  ])('[A20] holds domain %i against domain_range 10..20', (domain, status) => {
    const { driver } = startIommu({ options: { domainRange: { start: 10, end: 20 } } });
    expect(driver.attach(domain, ENDPOINT)).toBe(status);
  });

  it('[A20] takes any domain ID when DOMAIN_RANGE is not offered', () => {
    const features = DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_DOMAIN_RANGE;
    const { driver } = startIommu({ options: { features, domainRange: { start: 1, end: 1 } } });
    expect(driver.attach(0xffff_ffff, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it.each([
    ['a bypass domain without F_BYPASS', F_BYPASS, 0],
    ['a domain with F_BYPASS', 0, F_BYPASS],
  ])('[A30 A31] rejects %s with INVAL and leaves the old attachment', (_what, kind, wanted) => {
    const { driver, iommu } = startIommu();
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT, kind);
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    const before = iommu.state();
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT, wanted)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(iommu.state()).toEqual({ ...before, sequence: before.sequence + 1 });
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([PAGE]);
  });

  it('[A36] keeps everything when the endpoint is attached to the same domain again', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([PAGE]);
  });

  it('[A31 A42 A46] moves an endpoint, and the domain it leaves alone vanishes with its mappings', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.map(DOMAIN, PAGE)).toBe(VIRTIO_IOMMU_S_NOENT);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([]);
  });

  it('[A31 A34] leaves the mappings to an endpoint that stays', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, PAGE);
    driver.attach(OTHER_DOMAIN, ENDPOINT);
    expect(() => iommu.port(ENDPOINT).readU16(0, 0x1000)).toThrow('IOMMU');
    expect(iommu.port(OTHER_ENDPOINT).readU16(0, 0x1000)).toBe(0);
  });

  it('[A32 A24] rejects an endpoint whose reserved region the domain has mapped with UNSUPP', () => {
    const region = { kind: 'reserved', start: toIova(0x1800n), end: toIova(0x27ffn) } as const;
    const { driver, iommu } = startIommu({ reserved: { [OTHER_ENDPOINT]: [region] } });
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(iommu.state().domains).toMatchObject([{ endpoints: [ENDPOINT] }]);
    driver.unmap(DOMAIN, 0x1000n, 0x1fffn);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A29 A35] takes any endpoint into a bypass domain', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT, F_BYPASS);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT, F_BYPASS)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iommu.state().domains).toMatchObject([{ endpoints: [ENDPOINT, OTHER_ENDPOINT] }]);
  });

  it('[A54 A24] says NOMEM when the store takes no more domains, and changes nothing', () => {
    const store = makeStore({ maxDomains: 1, maxMappings: 10 });
    const { driver, iommu } = startIommu({ store });
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_NOMEM);
    expect(iommu.state().domains).toMatchObject([{ id: DOMAIN }]);
    expect(driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT, F_BYPASS)).toBe(VIRTIO_IOMMU_S_OK);
  });
});

describe.each(STORES)('ATTACH that moves an endpoint, over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[A31] has the room that the domain it leaves empty took', () => {
    const store = makeStore({ maxDomains: 1, maxMappings: 10 });
    const { driver, iommu } = startIommu({ store });
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iommu.state().domains).toMatchObject([{ id: OTHER_DOMAIN, mappings: 0 }]);
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_NOMEM);
    expect(iommu.state().domains).toMatchObject([{ endpoints: [ENDPOINT, OTHER_ENDPOINT] }]);
  });
});

describe.each(STORES)('DETACH over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  it('[A41 A42 A19] ends the use of every mapping; the domain ID can be used anew', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    iommu.setBypass(false);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(() => iommu.port(ENDPOINT).readU16(0, 0x1000)).toThrow('IOMMU');
    expect(iommu.state().domains).toEqual([]);
    driver.attach(DOMAIN, ENDPOINT, F_BYPASS);
    expect(iommu.port(ENDPOINT).readU16(0, 0x1000)).toBe(0);
  });

  it('[A38] ignores its reserved bytes', () => {
    const { driver } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    const request = detachRequest(DOMAIN, ENDPOINT).fill(0xff, 12, DETACH_SIZE);
    expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it.each([
    ['an endpoint that does not exist [A39]', DOMAIN, NO_ENDPOINT, VIRTIO_IOMMU_S_NOENT],
    ['a domain that does not exist [A40]', OTHER_DOMAIN, ENDPOINT, VIRTIO_IOMMU_S_INVAL],
    ['an endpoint that is not attached [A40]', DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_S_INVAL],
    ['a domain out of range [A40]', 0xffff_ffff, ENDPOINT, VIRTIO_IOMMU_S_INVAL],
  ])('[A24] rejects %s and changes nothing', (_what, domain, endpoint, status) => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.detach(domain, endpoint)).toBe(status);
    expect(iommu.state().domains).toMatchObject([{ id: DOMAIN, endpoints: [ENDPOINT] }]);
  });
});

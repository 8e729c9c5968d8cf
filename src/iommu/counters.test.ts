// What is counted of accesses: for each endpoint, and for each domain as long as it exists.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { ACCESS_READ, ACCESS_WRITE, MAX_SEGMENTS } from './store/mapping-store.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const PAGE = 0x1000;
const MAPPED = 0x10_0000;
const NOTHING = { translated: 0, translatedBytes: 0, blocked: 0, blockedBytes: 0 };

describe.each(STORES)('counters over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  function start(pages = 1) {
    const rig = startIommu();
    rig.driver.attach(DOMAIN, ENDPOINT);
    for (let page = 0; page < pages; page += 1) {
      const virtStart = BigInt(MAPPED + page * PAGE);
      // Every second page, so that no two segments are one
      const physStart = BigInt((page % 2) * 2 * PAGE);
      const fields = { virtStart, virtEnd: virtStart + 0xfffn, physStart, flags: 3 };
      expect(rig.driver.map(DOMAIN, fields)).toBe(0);
    }
    const ofDomain = (id: number) => rig.iommu.state().domains.find((each) => each.id === id);
    const ofEndpoint = (id: number) => rig.iommu.state().endpoints.find((each) => each.id === id);
    return { ...rig, port: rig.iommu.port(ENDPOINT), ofDomain, ofEndpoint };
  }

  it('count accesses that went through and accesses that were stopped, in whole', () => {
    const { port, ofDomain, ofEndpoint } = start(2);
    port.translate(0, MAPPED, 2 * PAGE, ACCESS_WRITE);
    port.translate(0, MAPPED, 2 * PAGE + 1, ACCESS_WRITE);
    const counted = { translated: 1, translatedBytes: 8192, blocked: 1, blockedBytes: 8193 };
    expect(ofDomain(DOMAIN)).toMatchObject(counted);
    expect(ofEndpoint(ENDPOINT)).toMatchObject({ ...counted, bypassed: 0, bypassedBytes: 0 });
  });

  it('count an access of more segments than one answer holds as one, by its outcome', () => {
    const pages = MAX_SEGMENTS + 2;
    const { port, ofDomain } = start(pages);
    port.translate(0, MAPPED, pages * PAGE, ACCESS_READ);
    expect(ofDomain(DOMAIN)).toMatchObject({ translated: 1, translatedBytes: pages * PAGE });
    port.translate(0, MAPPED, pages * PAGE + 1, ACCESS_READ);
    expect(ofDomain(DOMAIN)).toMatchObject({
      translated: 1,
      blocked: 1,
      blockedBytes: pages * PAGE + 1,
    });
  });

  it('take no interrupt message for an access', () => {
    const { port, ofDomain, ofEndpoint } = start();
    expect(port.translate(0, 0xfee0_0000, 4, ACCESS_WRITE)).toEqual({ kind: 'doorbell' });
    expect(ofDomain(DOMAIN)).toMatchObject(NOTHING);
    expect(ofEndpoint(ENDPOINT)).toMatchObject({ ...NOTHING, bypassed: 0 });
  });

  it('of a domain keep what endpoints did that left it, and nothing of what they did elsewhere', () => {
    const { driver, iommu, port, ofDomain, ofEndpoint } = start();
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    port.translate(0, MAPPED, 4, ACCESS_READ);
    iommu.port(OTHER_ENDPOINT).translate(0, MAPPED, 16, ACCESS_READ);
    driver.attach(OTHER_DOMAIN, ENDPOINT);
    port.translate(0, MAPPED, 4, ACCESS_READ);
    expect(ofDomain(DOMAIN)).toMatchObject({ ...NOTHING, translated: 2, translatedBytes: 20 });
    expect(ofDomain(OTHER_DOMAIN)).toMatchObject({ ...NOTHING, blocked: 1, blockedBytes: 4 });
    driver.detach(OTHER_DOMAIN, ENDPOINT);
    driver.attach(OTHER_DOMAIN, ENDPOINT);
    expect(ofDomain(OTHER_DOMAIN)).toMatchObject(NOTHING);
    expect(ofEndpoint(ENDPOINT)).toMatchObject({ translated: 1, blocked: 1 });
  });

  it('of both go on where a snapshot was taken', () => {
    const { iommu, port, driver, ofDomain } = start();
    port.translate(0, MAPPED, 4, ACCESS_READ);
    const saved = structuredClone(iommu.save());
    port.translate(0, 0, 4, ACCESS_READ);
    driver.unmap(DOMAIN, 0n, 0xffff_ffffn);
    iommu.restore(saved);
    port.translate(0, MAPPED, 4, ACCESS_READ);
    const counted = { ...NOTHING, translated: 2, translatedBytes: 8 };
    expect(ofDomain(DOMAIN)).toMatchObject(counted);
    expect(iommu.state().endpoints[0]).toMatchObject(counted);
  });
});

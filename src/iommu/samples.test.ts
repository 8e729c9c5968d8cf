import { describe, expect, it } from 'vitest';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { STORES } from '../../test/support/stores.ts';
import type { SampledAccess } from './dma-port.ts';
import { ACCESS_READ, ACCESS_WRITE } from './store/mapping-store.ts';

const DOMAIN = 1;
const MAPPED = 0x10_0000;

describe.each(STORES)('samples of accesses over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  function start() {
    const { driver, iommu } = startIommu();
    for (const endpoint of [ENDPOINT, OTHER_ENDPOINT]) driver.attach(DOMAIN, endpoint);
    const virtStart = BigInt(MAPPED);
    driver.map(DOMAIN, { virtStart, virtEnd: virtStart + 0x1fffn, physStart: 0n, flags: 3 });
    const told: SampledAccess[] = [];
    const sample = (): void => iommu.sampleAccesses((access) => told.push({ ...access }));
    return { port: iommu.port(ENDPOINT), other: iommu.port(OTHER_ENDPOINT), told, sample };
  }

  it('are the next access of each endpoint, and no more until they are asked for again', () => {
    const { port, other, told, sample } = start();
    port.readU16(0, MAPPED);
    expect(told).toEqual([]);
    sample();
    port.write(0, MAPPED + 8, new Uint8Array(16));
    port.readU32(0, MAPPED);
    other.rings.readU16(0, MAPPED + 2);
    other.readU16(0, MAPPED);
    expect(told).toEqual([
      {
        endpoint: ENDPOINT,
        high: 0,
        low: MAPPED + 8,
        length: 16,
        access: ACCESS_WRITE,
        isRing: false,
      },
      {
        endpoint: OTHER_ENDPOINT,
        high: 0,
        low: MAPPED + 2,
        length: 2,
        access: ACCESS_READ,
        isRing: true,
      },
    ]);
    sample();
    port.readU32(0, MAPPED);
    expect(told).toHaveLength(3);
  });

  it('may lie in more than one page', () => {
    const { port, told, sample } = start();
    sample();
    port.read(0, MAPPED + 0xff0, new Uint8Array(32));
    expect(told).toMatchObject([{ low: MAPPED + 0xff0, length: 32 }]);
  });

  it('are no accesses that are stopped, and no interrupt messages', () => {
    const { port, told, sample } = start();
    sample();
    expect(() => port.readU32(0, 0x9000)).toThrow();
    port.write(0, 0xfee0_0000, new Uint8Array(4));
    expect(told).toEqual([]);
    port.readU32(0, MAPPED);
    expect(told).toHaveLength(1);
  });
});

// Where the model test (test/model) once told the device from the specification.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, startIommu } from '../testing/driver/iommu-bench.ts';
import { ACCESS_READ } from './mapping-store.ts';

const DOMAIN = 1;
const LAST_PAGE = 0xffff_ffff_ffff_f000n;

describe.each(STORES)('with a %s', (_name, makeStore) => {
  it('[A51] the last guest-physical page and the first are two segments: none wraps', () => {
    const { driver, iommu } = startIommu({ store: makeStore() });
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: LAST_PAGE, flags: 1 });
    driver.map(DOMAIN, { virtStart: 0x2000n, virtEnd: 0x2fffn, physStart: 0n, flags: 1 });
    expect(iommu.port(ENDPOINT).translate(0, 0x1800, 0x1000, ACCESS_READ)).toEqual({
      kind: 'memory',
      segments: [
        { address: LAST_PAGE + 0x800n, length: 0x800 },
        { address: 0n, length: 0x800 },
      ],
    });
  });
});

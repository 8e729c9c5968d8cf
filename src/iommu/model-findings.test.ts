// Where the model test (test/model) once told the device from the specification.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { toIova } from '../memory/address.ts';
import { ENDPOINT, OTHER_ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { ACCESS_READ, ACCESS_WRITE } from './store/mapping-store.ts';

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

describe.each(STORES)('an endpoint in bypass mode with a %s', (_name, makeStore) => {
  it.each([
    ['a bypass domain', true],
    ['no domain', false],
  ])(
    '[A23] in %s reaches the last byte of the space and nothing behind it',
    (_what, isAttached) => {
      const { driver, iommu } = startIommu({ store: makeStore() });
      if (isAttached) driver.attach(DOMAIN, ENDPOINT, 1);
      const port = iommu.port(ENDPOINT);
      const last = 0xffff_ffff;
      expect(port.translate(last, last, 1, ACCESS_READ)).toMatchObject({ kind: 'memory' });
      const fault = { reason: 2, high: 0, low: 0 };
      expect(port.translate(last, last, 2, ACCESS_READ)).toMatchObject({ kind: 'fault', fault });
    },
  );
});

describe('an MSI region that the regions of another endpoint cut into windows', () => {
  const msi = { kind: 'msi', start: toIova(0x8000n), end: toIova(0xafffn) } as const;
  const inside = { start: toIova(0x9000n), end: toIova(0x9fffn) };

  it.each([
    ['reserved', { kind: 'reserved', ...inside } as const],
    ['identity', { kind: 'identity', flags: 3, ...inside } as const],
  ])('[C10 A77] takes a write across the edge of a %s one as one message', (_kind, other) => {
    const { driver, iommu } = startIommu({
      options: { identityPolicy: 'allow' },
      reserved: { [ENDPOINT]: [msi], [OTHER_ENDPOINT]: [other] },
    });
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    const port = iommu.port(ENDPOINT);
    expect(port.translate(0, 0x8ffe, 4, ACCESS_WRITE)).toEqual({ kind: 'doorbell' });
    expect(port.translate(0, 0x8000, 0x3000, ACCESS_WRITE)).toEqual({ kind: 'doorbell' });
    expect(port.translate(0, 0xaffe, 4, ACCESS_WRITE)).toMatchObject({ kind: 'fault' });
  });
});

// Where the virtio-iommus of crosvm, bhyve and kvmtool deviate from the specification, and ours does not.

import { describe, expect, it } from 'vitest';
import { toIova } from '../../src/memory/address.ts';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  CONFIG_BYPASS,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import { detachRequest } from '../rigs/iommu-requests.ts';
import { canRead, canWrite, pages } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const IOVA = 0x1000n;
const END = IOVA + 0xfffn;
const GPA = 0x5000;
const MAX_U64 = (1n << 64n) - 1n;
const { features: DEFAULT_FEATURES } = DEFAULT_IOMMU_OPTIONS;
const WHOLE_SPACE = { features: DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_INPUT_RANGE };

describe.each(STORES)('unlike crosvm, over a %s,', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  function startAttached(options: Parameters<typeof startIommu>[0] = {}) {
    const rig = startIommu(options);
    rig.driver.attach(DOMAIN, ENDPOINT);
    return rig;
  }

  it('[E-crosvm-A10 A10] a reset detaches every endpoint', () => {
    const rig = startAttached();
    rig.driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT);
    rig.driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    rig.iommu.setBypass(false);
    rig.mmio.reset();
    expect(canRead(rig.iommu, ENDPOINT, IOVA)).toBe(false);
    expect(rig.iommu.state().endpoints).toMatchObject([{ domain: null }, { domain: null }]);
  });

  it('[E-crosvm-A11 A11] MAP and UNMAP need MAP_UNMAP to be accepted', () => {
    const accepts = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_MAP_UNMAP;
    const { driver } = startAttached({ accepts });
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(driver.unmap(DOMAIN, IOVA, END)).toBe(VIRTIO_IOMMU_S_UNSUPP);
  });

  it('[E-crosvm-A21 A21] MAP checks both ends of input_range', () => {
    const inputRange = { start: 0x1000n, end: 0x2fffn };
    const { driver } = startAttached({ options: { inputRange } });
    expect(driver.map(DOMAIN, pages(0n, 0n))).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(driver.map(DOMAIN, pages(0x3000n, 0n))).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(driver.map(DOMAIN, pages(0x2000n, 0n))).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[E-crosvm-A29 A29 A51] endpoints of one domain share the mappings made before either came', () => {
    const { driver, iommu } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(0x8000n, BigInt(GPA)));
    for (const endpoint of [ENDPOINT, OTHER_ENDPOINT]) {
      expect(canRead(iommu, endpoint, IOVA)).toBe(true);
      expect(canRead(iommu, endpoint, 0x8000n)).toBe(true);
    }
  });

  it.each([
    ['alone', false],
    ['shared', true],
  ])(
    '[E-crosvm-A36 A36] ATTACH to the same domain, %s, is OK and drops nothing',
    (_what, isShared) => {
      const { driver, iommu } = startAttached();
      if (isShared) driver.attach(DOMAIN, OTHER_ENDPOINT);
      driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
      expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
      expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
      expect(canRead(iommu, OTHER_ENDPOINT, IOVA)).toBe(true);
    },
  );

  it('[E-crosvm-A40 A40] DETACH goes by the domain it names, in a shared one too', () => {
    const { driver, iommu } = startAttached();
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    iommu.setBypass(false);
    expect(driver.detach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
    expect(canRead(iommu, OTHER_ENDPOINT, IOVA)).toBe(true);
  });

  it('[E-crosvm-A76 A76] MAP checks reserved regions', () => {
    const region = { kind: 'reserved', start: toIova(0x1800n), end: toIova(0x18ffn) } as const;
    const { driver } = startAttached({ reserved: { [ENDPOINT]: [region] } });
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(driver.map(DOMAIN, pages(0xfee0_0000n, 0n))).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[E-crosvm-top-of-space A43] the last page of 64 bits can be mapped, used and unmapped', () => {
    const { driver, iommu } = startAttached({ options: WHOLE_SPACE });
    expect(driver.map(DOMAIN, pages(MAX_U64 - 0xfffn, BigInt(GPA)))).toBe(VIRTIO_IOMMU_S_OK);
    expect(canWrite(iommu, ENDPOINT, MAX_U64)).toBe(true);
    expect(driver.unmap(DOMAIN, MAX_U64 - 0xfffn, MAX_U64)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canWrite(iommu, ENDPOINT, MAX_U64)).toBe(false);
  });

  it('[E-bug-crosvm-end-overflow A43] virt_end + 1 is aligned where it wraps, and only there', () => {
    const { driver } = startAttached({ options: WHOLE_SPACE });
    const virtStart = MAX_U64 - 0xfffn;
    const map = (virtEnd: bigint) =>
      driver.map(DOMAIN, { virtStart, virtEnd, physStart: 0n, flags: 3 });
    expect(map(MAX_U64 - 1n)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(map(MAX_U64 - 0x7ffn)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(map(MAX_U64)).toBe(VIRTIO_IOMMU_S_OK);
  });
});

describe.each(STORES)('unlike bhyve, over a %s,', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it.each([true, false])('[E-bhyve-A7 A7] a reset keeps bypass; it booted as %s', (bootBypass) => {
    const { mmio, iommu } = startIommu({ options: { bootBypass } });
    const written = bootBypass ? 0 : 1;
    mmio.writeConfig(CONFIG_BYPASS, 1, written);
    mmio.reset();
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(written);
    expect(canRead(iommu, ENDPOINT, 0x3000n)).toBe(written === 1);
  });
});

describe.each(STORES)('unlike kvmtool, over a %s,', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[E-kvmtool-detach-reserved A38] DETACH ignores its reserved bytes', () => {
    const { driver } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    const request = detachRequest(DOMAIN, ENDPOINT).fill(1, 12, 13);
    expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.unmap(DOMAIN, 0n, 0xfffn)).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it('[E-bug-kvmtool-same-domain A36] ATTACH to the same domain is no error', () => {
    const { driver } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it.each([12n, 16n, 31n, 32n, 40n])(
    '[E-bug-kvmtool-granule A5] bit %s of the mask alone is its granule',
    (bit) => {
      const size = 1n << bit;
      const options = { ...WHOLE_SPACE, pageSizeMask: size };
      const { driver } = startIommu({ options, reserved: { [ENDPOINT]: [] } });
      driver.attach(DOMAIN, ENDPOINT);
      const map = (virtStart: bigint, length: bigint) =>
        driver.map(DOMAIN, {
          virtStart,
          virtEnd: virtStart + length - 1n,
          physStart: 0n,
          flags: 3,
        });
      expect(map(size / 2n, size / 2n)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(map(size, size / 2n)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(map(size, size)).toBe(VIRTIO_IOMMU_S_OK);
    },
  );
});

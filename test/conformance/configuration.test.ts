// Features, configuration space and initialisation (virtio 1.2, 5.13.3 to 5.13.5).

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DEFAULT_IOMMU_OPTIONS, resolveOptions } from '../../src/iommu/options.ts';
import {
  CONFIG_BYPASS,
  CONFIG_LENGTH,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import type { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { VIRTIO_F_VERSION_1 } from '../../src/virtio/features.ts';
import { canRead, pages, PAGE_SIZE } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const SEED = 51;
const { features: DEFAULT_FEATURES, probeSize } = DEFAULT_IOMMU_OPTIONS;
const WITHOUT_BYPASS_CONFIG = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_BYPASS_CONFIG;
/** Bits of other parts of a device (virtio 1.4, 6): 24 to 49, and everything from 128 on. */
const COMMON_BITS = ((1n << 50n) - 1n) & ~((1n << 24n) - 1n);
const INDIRECT_DESC = 1n << 28n;
const EVENT_IDX = 1n << 29n;
/** IN_ORDER, NOTIFICATION_DATA, RING_RESET. */
const QUEUE_BITS = (1n << 35n) | (1n << 38n) | (1n << 40n);
const STATUS_SUSPEND = 16;

function configBytes(mmio: MmioDriver): number[] {
  return Array.from({ length: CONFIG_LENGTH }, (_, offset) => mmio.readConfig(offset, 1));
}

describe.each(STORES)('features over a %s', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);

  it('[A1 A2] are offered with MAP_UNMAP and without BYPASS', () => {
    const offered = createIommuRig().mmio.deviceFeatures;
    expect(offered & VIRTIO_IOMMU_F_MAP_UNMAP).toBe(VIRTIO_IOMMU_F_MAP_UNMAP);
    expect(offered & VIRTIO_IOMMU_F_BYPASS).toBe(0n);
  });

  it('[A2] never hold BYPASS and BYPASS_CONFIG together', () => {
    const features = DEFAULT_FEATURES | VIRTIO_IOMMU_F_BYPASS;
    expect(() => createIommuRig({ options: { features } })).toThrow('BYPASS_CONFIG');
  });

  it('[A89 B14] hold no bit of the transport or of others but what is done; SUSPEND is without effect', () => {
    const { mmio, driver } = startIommu();
    const common = mmio.deviceFeatures & COMMON_BITS;
    expect(common).toBe(VIRTIO_F_VERSION_1 | INDIRECT_DESC | EVENT_IDX | QUEUE_BITS);
    expect(mmio.deviceFeatures >> 50n).toBe(0n);
    mmio.addStatus(STATUS_SUSPEND);
    expect(mmio.status & STATUS_SUSPEND).toBe(0);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A3 A20] hold domain_range against a driver that did not accept DOMAIN_RANGE', () => {
    const { driver } = startIommu({
      options: { domainRange: { start: 2, end: 3 } },
      accepts: VIRTIO_IOMMU_F_MAP_UNMAP,
    });
    expect(driver.attach(1, ENDPOINT)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(driver.attach(4, ENDPOINT)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(driver.attach(3, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A11] leave MAP and UNMAP UNSUPP when MAP_UNMAP was not even offered', () => {
    const { driver } = startIommu({ options: { features: VIRTIO_IOMMU_F_PROBE } });
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.map(DOMAIN, pages(0n, 0n))).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(driver.unmap(DOMAIN, 0n, 0xfffn)).toBe(VIRTIO_IOMMU_S_UNSUPP);
  });
});

describe.each(STORES)('the configuration over a %s', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);

  it.each([
    ['INPUT_RANGE', VIRTIO_IOMMU_F_INPUT_RANGE, 0x08, 0x18],
    ['DOMAIN_RANGE', VIRTIO_IOMMU_F_DOMAIN_RANGE, 0x18, 0x20],
    ['PROBE', VIRTIO_IOMMU_F_PROBE, 0x20, 0x24],
    ['BYPASS_CONFIG', VIRTIO_IOMMU_F_BYPASS_CONFIG, 0x24, 0x25],
  ])('[A4] shows with %s alone the mask and its own field alone', (_what, features, from, to) => {
    const { mmio } = createIommuRig({
      options: { features, inputRange: { start: 1n, end: 2n }, domainRange: { start: 3, end: 4 } },
    });
    const bytes = configBytes(mmio);
    expect(bytes.slice(0, 8)).toEqual([0, 0x10, 0, 0, 0, 0, 0, 0]);
    const others = bytes.filter((_, at) => at >= 8 && (at < from || at >= to));
    expect(bytes.slice(from, to).some((byte) => byte !== 0)).toBe(true);
    expect(others.every((byte) => byte === 0)).toBe(true);
  });

  it('[A5] can not be without a page size', () => {
    expect(() => resolveOptions({ pageSizeMask: 0n })).toThrow('pageSizeMask');
  });

  it.each([
    ['4 KiB and 2 MiB', 0x20_1000n, PAGE_SIZE],
    ['16 KiB', 0x4000n, 0x4000n],
    ['4 GiB, in the upper half of the mask', 1n << 32n, 1n << 32n],
    ['1 byte and more', 0x1001n, 2n],
  ])('[A5] has the granule of a mask with %s', (_what, pageSizeMask, size) => {
    const features = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_INPUT_RANGE;
    const { driver } = startIommu({
      options: { pageSizeMask, features },
      reserved: { [ENDPOINT]: [] },
    });
    driver.attach(DOMAIN, ENDPOINT);
    const fields = { virtStart: 0n, virtEnd: size - 1n, physStart: 0n, flags: 3 };
    expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_OK);
    const smaller = { ...fields, virtStart: 4n * size, virtEnd: 4n * size + size / 2n - 1n };
    expect(driver.map(DOMAIN, smaller)).toBe(VIRTIO_IOMMU_S_RANGE);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('[A6 A8] starts with bypass as the machine boots with it: %s', (bootBypass, value) => {
    const { mmio, iommu } = createIommuRig({ options: { bootBypass } });
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(value);
    expect(canRead(iommu, ENDPOINT, 0n)).toBe(bootBypass);
  });

  it.each([0, 1])(
    '[A7 A10 F10] keeps the bypass %i that the driver wrote over a reset',
    (value) => {
      const rig = startIommu({ options: { bootBypass: value === 0 } });
      rig.mmio.writeConfig(CONFIG_BYPASS, 1, value);
      rig.driver.attach(DOMAIN, ENDPOINT);
      rig.driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
      rig.mmio.reset();
      expect(rig.mmio.readConfig(CONFIG_BYPASS, 1)).toBe(value);
      for (const endpoint of [ENDPOINT, OTHER_ENDPOINT]) {
        expect(canRead(rig.iommu, endpoint, 0x1000n)).toBe(value === 1);
      }
      rig.iommu.systemReset();
      expect(rig.mmio.readConfig(CONFIG_BYPASS, 1)).toBe(1 - value);
    },
  );

  it('[A8 A9] takes nothing but 0 and 1 as one byte at bypass, whatever a driver writes where', () => {
    const { mmio, driver } = startIommu();
    const width = fc.constantFrom(1, 2, 4);
    const write = fc
      .tuple(width, fc.nat({ max: CONFIG_LENGTH / 4 + 2 }), fc.nat({ max: 3 }), fc.nat())
      .map(([width, word, byte, value]) => {
        const offset = word * 4 + (width === 4 ? 0 : byte & ~(width - 1));
        return { width, offset, value: value >>> (value % 29) };
      });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 20 }), (writes) => {
        for (const { offset, width, value } of writes) {
          const before = configBytes(mmio);
          if (width === 1) mmio.writeConfig(offset, 1, value & 0xff);
          else mmio.writeConfig(offset, width === 2 ? 2 : 4, value);
          const isValid = offset === CONFIG_BYPASS && width === 1 && (value & 0xff) <= 1;
          if (isValid) before[CONFIG_BYPASS] = value & 0xff;
          expect(configBytes(mmio)).toEqual(before);
        }
      }),
      { seed: SEED, numRuns: 50 },
    );
    expect(mmio.needsReset).toBe(false);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A9 A22] keeps bypass from a driver that did not accept BYPASS_CONFIG', () => {
    const { mmio, iommu } = startIommu({ accepts: WITHOUT_BYPASS_CONFIG });
    mmio.writeConfig(CONFIG_BYPASS, 1, 0);
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(1);
    expect(canRead(iommu, ENDPOINT, 0x1000n)).toBe(true);
  });
});

describe.each(STORES)('initialisation over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[A10 A42] after a reset finds no domain, no mapping and every endpoint', () => {
    const rig = startIommu();
    rig.driver.attach(DOMAIN, ENDPOINT);
    rig.driver.attach(DOMAIN, OTHER_ENDPOINT);
    rig.driver.map(DOMAIN, pages(0x1000n, 0x5000n));
    const driver = rig.start();
    expect(driver.map(DOMAIN, pages(0x2000n, 0x5000n))).toBe(VIRTIO_IOMMU_S_NOENT);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(rig.iommu, OTHER_ENDPOINT, 0x1000n)).toBe(false);
    expect(driver.map(DOMAIN, pages(0x1000n, 0x5000n))).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A12] takes ATTACH before any PROBE, and answers PROBE the same before and after', () => {
    const { driver } = startIommu();
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    const before = driver.probe(ENDPOINT, probeSize).bytes;
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.probe(ENDPOINT, probeSize).bytes).toEqual(before);
    driver.detach(DOMAIN, ENDPOINT);
    expect(driver.probe(ENDPOINT, probeSize).bytes).toEqual(before);
  });
});

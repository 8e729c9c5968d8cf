// MAP and UNMAP as a driver sees them (virtio 1.2, 5.13.6.5 and .6), over every store.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { MAX_ADDRESS } from '../memory/address.ts';
import {
  ENDPOINT,
  OTHER_ENDPOINT,
  startIommu,
  type IommuRigOptions,
} from '../../test/rigs/iommu-rig.ts';
import type { IommuDriver } from '../../test/rigs/iommu-driver.ts';
import { unmapRequest } from '../../test/rigs/iommu-requests.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  UNMAP_RESERVED,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from './protocol/protocol.ts';

const DOMAIN = 1;
const BYPASS_DOMAIN = 2;
const NO_DOMAIN = 3;
const READ_WRITE = 3;
const LAST_PAGE = MAX_ADDRESS - 0xfffn;
const WHOLE_SPACE = {
  features: DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_INPUT_RANGE,
};

function map(driver: IommuDriver, virtStart: bigint, virtEnd: bigint, physStart = 0n): number {
  return driver.map(DOMAIN, { virtStart, virtEnd, physStart, flags: READ_WRITE });
}

describe.each(STORES)('over a %s', (_name, makeStore) => {
  /** ENDPOINT in a domain, the other endpoint in a bypass domain. */
  function start(options: IommuRigOptions = {}) {
    const rig = startIommu({ store: makeStore(), ...options });
    rig.driver.attach(DOMAIN, ENDPOINT);
    rig.driver.attach(BYPASS_DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
    return rig;
  }

  describe('MAP', () => {
    it.each([
      ['an unaligned virt_start [A43]', 0x1001n, 0x1fffn, 0n],
      ['an unaligned virt_end + 1 [A43]', 0x1000n, 0x1ffen, 0n],
      ['an unaligned phys_start [A43]', 0x1000n, 0x1fffn, 0x10n],
      ['virt_end below virt_start [A50]', 0x2000n, 0xfffn, 0n],
      ['virt_end one below virt_start [A50]', 0x1000n, 0xfffn, 0n],
      ['the end of input_range crossed [A21]', 0xffff_f000n, 0x1_0000_0fffn, 0n],
      ['a range beyond input_range [A21]', 0x1_0000_0000n, 0x1_0000_0fffn, 0n],
      ['a guest-physical range that wraps [A52]', 0x1000n, 0x2fffn, LAST_PAGE],
    ])('[A24] rejects %s with RANGE', (_what, virtStart, virtEnd, physStart) => {
      const { driver, iommu } = start();
      expect(map(driver, virtStart, virtEnd, physStart)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(iommu.mappings(DOMAIN, 0n, 1)).toEqual([]);
    });

    it('[A50] rejects a single byte, which no range with virt_end above virt_start is, with RANGE', () => {
      const { driver } = start({ options: { pageSizeMask: 1n } });
      expect(map(driver, 5n, 5n)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(map(driver, 5n, 6n)).toBe(VIRTIO_IOMMU_S_OK);
    });

    it('[A21] rejects what starts below input_range with RANGE', () => {
      const inputRange = { start: 0x1000n, end: 0xffffn };
      const { driver } = start({ options: { inputRange } });
      expect(map(driver, 0n, 0x1fffn)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(map(driver, 0x1000n, 0xffffn)).toBe(VIRTIO_IOMMU_S_OK);
    });

    it('[A3 A21] holds input_range against a driver that did not accept the feature', () => {
      const { driver } = start({ accepts: VIRTIO_IOMMU_F_MAP_UNMAP });
      expect(map(driver, 0x1_0000_0000n, 0x1_0000_0fffn)).toBe(VIRTIO_IOMMU_S_RANGE);
    });

    it.each([
      ['the last page of the space [A43 F5]', LAST_PAGE, MAX_ADDRESS],
      ['all of the space [A63 F6]', 0n, MAX_ADDRESS],
    ])('[A21] takes %s when INPUT_RANGE is not offered', (_what, virtStart, virtEnd) => {
      const options = { ...WHOLE_SPACE };
      const { driver, iommu } = start({ options, reserved: { [ENDPOINT]: [] } });
      expect(map(driver, virtStart, virtEnd)).toBe(VIRTIO_IOMMU_S_OK);
      expect(iommu.state().domains[0]?.bytes).toBe(virtEnd - virtStart + 1n);
      expect(driver.unmap(DOMAIN, 0n, MAX_ADDRESS)).toBe(VIRTIO_IOMMU_S_OK);
      expect(iommu.mappings(DOMAIN, 0n, 1)).toEqual([]);
    });

    it.each([0x1000n, 0x1800n, 0x1ffen])('[A5] takes the granule %s from page_size_mask', (end) => {
      const { driver } = start({ options: { pageSizeMask: 1n } });
      expect(map(driver, 0xfffn, end)).toBe(VIRTIO_IOMMU_S_OK);
    });

    it.each([
      ['the same range', 0x4000n, 0x5fffn],
      ['the first page', 0x3000n, 0x4fffn],
      ['the last page', 0x5000n, 0x6fffn],
      ['all and more', 0x3000n, 0x6fffn],
    ])(
      '[A44 A24] rejects %s of a mapping with INVAL and leaves it',
      (_what, virtStart, virtEnd) => {
        const { driver, iommu } = start();
        map(driver, 0x4000n, 0x5fffn, 0x7000n);
        expect(map(driver, virtStart, virtEnd)).toBe(VIRTIO_IOMMU_S_INVAL);
        expect(iommu.mappings(DOMAIN, 0n, 9)).toMatchObject([{ physStart: 0x7000n }]);
      },
    );

    it.each([
      ['the MSI region', 0xfee0_0000n, 0xfeef_ffffn, VIRTIO_IOMMU_S_INVAL],
      ['a page of it', 0xfee8_0000n, 0xfee8_0fffn, VIRTIO_IOMMU_S_INVAL],
      ['one page below and above', 0xfedf_f000n, 0xfef0_0fffn, VIRTIO_IOMMU_S_INVAL],
      ['its first page', 0xfedf_f000n, 0xfee0_0fffn, VIRTIO_IOMMU_S_INVAL],
      ['its last page', 0xfeef_f000n, 0xfef0_0fffn, VIRTIO_IOMMU_S_INVAL],
      ['the page below it', 0xfedf_f000n, 0xfedf_ffffn, VIRTIO_IOMMU_S_OK],
      ['the page above it', 0xfef0_0000n, 0xfef0_0fffn, VIRTIO_IOMMU_S_OK],
    ])('[A76 A78 A79 C4 C10 F7] answers a MAP of %s', (_what, virtStart, virtEnd, status) => {
      const { driver } = start();
      expect(map(driver, virtStart, virtEnd)).toBe(status);
    });

    it.each([4, 8, 0x8000_0000, 0xffff_ffff])('[A45] rejects the unknown flags 0x%x', (flags) => {
      const { driver } = start();
      const fields = { virtStart: 0n, virtEnd: 0xfffn, physStart: 0n, flags };
      expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_INVAL);
    });

    it('[A45] takes MMIO when it was negotiated', () => {
      const features = DEFAULT_IOMMU_OPTIONS.features | VIRTIO_IOMMU_F_MMIO;
      const { driver } = start({ options: { features } });
      const flags = READ_WRITE | VIRTIO_IOMMU_MAP_F_MMIO;
      const fields = { virtStart: 0n, virtEnd: 0xfffn, physStart: 0n, flags };
      expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_OK);
    });

    it('[A54] says NOMEM when the store is full, and takes the next after an UNMAP', () => {
      const { driver } = start({ store: makeStore({ maxDomains: 2, maxMappings: 1 }) });
      expect(map(driver, 0n, 0xfffn)).toBe(VIRTIO_IOMMU_S_OK);
      expect(map(driver, 0x1000n, 0x1fffn)).toBe(VIRTIO_IOMMU_S_NOMEM);
      driver.unmap(DOMAIN, 0n, 0xfffn);
      expect(map(driver, 0x1000n, 0x1fffn)).toBe(VIRTIO_IOMMU_S_OK);
    });
  });

  describe.each([
    [
      'MAP',
      (driver: IommuDriver, domain: number) =>
        driver.map(domain, { virtStart: 0n, virtEnd: 0xfffn, physStart: 0n, flags: READ_WRITE }),
    ],
    ['UNMAP', (driver: IommuDriver, domain: number) => driver.unmap(domain, 0n, 0xfffn)],
  ])('%s', (_request, send) => {
    it('[A46 A58 A24] rejects a domain that does not exist with NOENT', () => {
      expect(send(start().driver, NO_DOMAIN)).toBe(VIRTIO_IOMMU_S_NOENT);
    });

    it('[A47 A59 A24] rejects a bypass domain with INVAL', () => {
      expect(send(start().driver, BYPASS_DOMAIN)).toBe(VIRTIO_IOMMU_S_INVAL);
    });

    it('[A11 A24] is UNSUPP when MAP_UNMAP was not accepted', () => {
      const accepts = DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_MAP_UNMAP;
      expect(send(start({ accepts }).driver, DOMAIN)).toBe(VIRTIO_IOMMU_S_UNSUPP);
    });
  });

  describe('UNMAP', () => {
    // virtio 1.2, 5.13.6.6, in units of one byte as there: [number, mapped, unmapped, status, left]
    it.each([
      [1, [], [0n, 4n], VIRTIO_IOMMU_S_OK, []],
      [2, [[0n, 9n]], [0n, 9n], VIRTIO_IOMMU_S_OK, []],
      [
        3,
        [
          [0n, 4n],
          [5n, 9n],
        ],
        [0n, 9n],
        VIRTIO_IOMMU_S_OK,
        [],
      ],
      [4, [[0n, 9n]], [0n, 4n], VIRTIO_IOMMU_S_RANGE, [[0n, 9n]]],
      [
        5,
        [
          [0n, 4n],
          [5n, 9n],
        ],
        [0n, 4n],
        VIRTIO_IOMMU_S_OK,
        [[5n, 9n]],
      ],
      [6, [[0n, 4n]], [0n, 9n], VIRTIO_IOMMU_S_OK, []],
      [
        7,
        [
          [0n, 4n],
          [10n, 14n],
        ],
        [0n, 14n],
        VIRTIO_IOMMU_S_OK,
        [],
      ],
    ] as const)('[A62] follows example (%i)', (_number, mapped, [from, to], status, left) => {
      const { driver, iommu } = start({ options: { pageSizeMask: 1n } });
      for (const [start, end] of mapped) expect(map(driver, start, end)).toBe(VIRTIO_IOMMU_S_OK);
      expect(driver.unmap(DOMAIN, from, to)).toBe(status);
      const rest = iommu.mappings(DOMAIN, 0n, 9);
      expect(rest.map(({ virtStart, virtEnd }) => [virtStart, virtEnd])).toEqual(left);
    });

    it('[A60] removes nothing when only the last mapping would be cut', () => {
      const { driver, iommu, events } = start();
      for (const page of [0n, 0x1000n]) map(driver, page, page + 0xfffn);
      map(driver, 0x2000n, 0x5fffn);
      expect(driver.unmap(DOMAIN, 0n, 0x2fffn)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(iommu.mappings(DOMAIN, 0n, 9)).toHaveLength(3);
      expect(events.at(-1)).toMatchObject({ kind: 'unmapped', removed: 0 });
    });

    it('[A21 A61 A63] takes unaligned ends outside mappings and a range beyond input_range', () => {
      const { driver, events } = start();
      map(driver, 0x1000n, 0x1fffn);
      expect(driver.unmap(DOMAIN, 0xffdn, MAX_ADDRESS - 1n)).toBe(VIRTIO_IOMMU_S_OK);
      expect(events.at(-1)).toMatchObject({ kind: 'unmapped', removed: 1 });
    });

    it('[A60 A63] takes a range of one byte, and cuts no mapping for it', () => {
      const { driver } = start();
      map(driver, 0x1000n, 0x1fffn);
      expect(driver.unmap(DOMAIN, 0x2000n, 0x2000n)).toBe(VIRTIO_IOMMU_S_OK);
      expect(driver.unmap(DOMAIN, 0x1fffn, 0x1fffn)).toBe(VIRTIO_IOMMU_S_RANGE);
    });

    it('[A63] rejects virt_end below virt_start with RANGE', () => {
      const { driver } = start();
      map(driver, 0x1000n, 0x1fffn);
      expect(driver.unmap(DOMAIN, 0x2000n, 0xfffn)).toBe(VIRTIO_IOMMU_S_RANGE);
    });

    it('[A57] rejects reserved bytes with INVAL and removes nothing', () => {
      const { driver, iommu } = start();
      map(driver, 0x1000n, 0x1fffn);
      const request = unmapRequest(DOMAIN, 0x1000n, 0x1fffn);
      request[UNMAP_RESERVED + 3] = 1;
      expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_INVAL);
      expect(iommu.mappings(DOMAIN, 0n, 9)).toHaveLength(1);
    });
  });
});

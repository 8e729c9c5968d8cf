// Identity regions of the 2017 draft, as drivers and endpoints see them, under each policy.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { highWord, lowWord } from '../base/words.ts';
import { toIova } from '../memory/address.ts';
import { ENDPOINT, OTHER_ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { ACCESS_READ, ACCESS_WRITE, type Access } from './store/mapping-store.ts';
import type { IdentityPolicy } from './options.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_UNSUPP,
} from './protocol/protocol.ts';
import type { ReservedRegion } from './regions/reserved-regions.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const READ = ACCESS_READ;
const WRITE = ACCESS_WRITE;
const OK = VIRTIO_IOMMU_S_OK;
const UNSUPP = VIRTIO_IOMMU_S_UNSUPP;
const INVAL = VIRTIO_IOMMU_S_INVAL;
/** Firmware's two pages, and the page before and behind them. */
const BEFORE = 0x7000n;
const START = 0x8000n;
const END = 0x9fffn;
const BEHIND = 0xa000n;

function region(kind: 'reserved' | 'msi', start = START, end = END): ReservedRegion {
  return { kind, start: toIova(start), end: toIova(end) };
}

function identity(flags = 3, start = START, end = END): ReservedRegion {
  return { kind: 'identity', start: toIova(start), end: toIova(end), flags };
}

function page(virtStart: bigint, physStart: bigint, flags = 3) {
  return { virtStart, virtEnd: virtStart + 0xfffn, physStart, flags };
}

function range(virtStart: bigint, virtEnd: bigint, physStart: bigint, flags = 3) {
  return { virtStart, virtEnd, physStart, flags };
}

const ENDPOINTS = [ENDPOINT, OTHER_ENDPOINT];
const BOTH_ORDERS = [
  ['one first', ENDPOINTS],
  ['the other first', ENDPOINTS.toReversed()],
] as const;

describe.each(STORES)('over a %s', (_name, makeStore) => {
  /** `one` are the regions of ENDPOINT, `other` those of OTHER_ENDPOINT; nobody is in bypass mode. */
  function start(
    policy: IdentityPolicy,
    one: readonly ReservedRegion[],
    other: readonly ReservedRegion[] = [],
  ) {
    const rig = startIommu({
      store: makeStore(),
      options: { identityPolicy: policy },
      reserved: { [ENDPOINT]: one, [OTHER_ENDPOINT]: other },
    });
    rig.iommu.setBypass(false);
    const attach = (ids: readonly number[]) => ids.map((id) => rig.driver.attach(DOMAIN, id));
    const go = (endpoint: number, address: bigint, access: Access, length = 4): unknown => {
      const port = rig.iommu.port(endpoint);
      const outcome = port.translate(highWord(address), lowWord(address), length, access);
      if (outcome.kind === 'memory') return outcome.segments.map((each) => each.address);
      return outcome.kind === 'doorbell' ? 'doorbell' : outcome.fault.reason;
    };
    return { ...rig, attach, go };
  }

  const FAULT = VIRTIO_IOMMU_FAULT_R_MAPPING;

  describe('an identity region', () => {
    it('[C6 C.2b] is translated identically by the device itself, with its rights, and no further', () => {
      const { attach, go } = start('reject', [identity(READ)]);
      expect(attach([ENDPOINT])).toEqual([OK]);
      expect(go(ENDPOINT, START, READ)).toEqual([START]);
      expect(go(ENDPOINT, END - 3n, READ)).toEqual([END - 3n]);
      expect(go(ENDPOINT, START, WRITE)).toBe(FAULT);
      expect(go(ENDPOINT, START - 1n, READ)).toBe(FAULT);
      expect(go(ENDPOINT, END, READ)).toBe(FAULT);
    });

    it('[C.2b] moves the bytes of real accesses', () => {
      const { attach, iommu, memory } = start('reject', [identity()]);
      attach([ENDPOINT]);
      iommu.port(ENDPOINT).writeU32(0, Number(START), 0x600d_f00d);
      expect(memory.readU32(0, Number(START))).toBe(0x600d_f00d);
      expect(iommu.port(ENDPOINT).readU16(0, Number(START) + 2)).toBe(0x600d);
      expect(iommu.state().endpoints[0]).toMatchObject({ translated: 2, blocked: 0 });
    });

    it('[A19 C.2b] opens nothing to an endpoint that is not attached', () => {
      const { go } = start('allow', [identity()]);
      expect(go(ENDPOINT, START, READ)).toBe(VIRTIO_IOMMU_FAULT_R_DOMAIN);
    });

    it('[C.2b] is left as it is by a bypass domain', () => {
      const { driver, go } = start('reject', [identity(READ)]);
      driver.attach(DOMAIN, ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
      expect(driver.attach(DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS)).toBe(OK);
      expect(go(ENDPOINT, START, WRITE)).toEqual([START]);
    });

    it('[C.2b A41] is closed by DETACH and by a device reset', () => {
      const { attach, driver, go, mmio } = start('allow', [identity()]);
      attach([ENDPOINT]);
      driver.detach(DOMAIN, ENDPOINT);
      expect(go(ENDPOINT, START, READ)).toBe(VIRTIO_IOMMU_FAULT_R_DOMAIN);
      attach([ENDPOINT]);
      mmio.reset();
      expect(go(ENDPOINT, START, READ)).toBe(VIRTIO_IOMMU_FAULT_R_DOMAIN);
    });

    it('survives a snapshot', () => {
      const { attach, iommu, go } = start('reject', [identity()]);
      attach([ENDPOINT]);
      const saved = iommu.save();
      iommu.reset();
      iommu.restore(saved);
      expect(go(ENDPOINT, START, WRITE)).toEqual([START]);
      expect(iommu.state().domains).toMatchObject([{ reserved: [identity()] }]);
    });

    it('[C.2b] and the mappings around it take one access', () => {
      const { attach, driver, go, iommu } = start('reject', [identity()]);
      attach([ENDPOINT]);
      driver.map(DOMAIN, page(BEFORE, 0x1_0000n));
      driver.map(DOMAIN, page(BEHIND, 0x2_0000n, READ));
      const all = Number(BEHIND - BEFORE) + 8;
      expect(go(ENDPOINT, BEFORE, READ, all)).toEqual([0x1_0000n, START, 0x2_0000n]);
      const write = iommu.port(ENDPOINT).translate(0, Number(BEFORE), all, WRITE);
      expect(write).toMatchObject({ fault: { reason: FAULT, high: 0, low: Number(BEHIND) } });
    });

    it('[A21 C.2b] takes no access past 2^64, though it ends there', () => {
      const top = identity(3, (1n << 64n) - 0x1000n, (1n << 64n) - 1n);
      const { attach, iommu } = start('reject', [top]);
      attach([ENDPOINT]);
      const port = iommu.port(ENDPOINT);
      expect(port.translate(0xffff_ffff, 0xffff_fffc, 4, READ)).toMatchObject({ kind: 'memory' });
      expect(port.translate(0xffff_ffff, 0xffff_fffc, 5, READ)).toMatchObject({
        fault: { reason: FAULT, high: 0, low: 0 },
      });
    });
  });

  describe('MAP and UNMAP', () => {
    it.each([
      ['the whole region', range(START, END, START), OK],
      ['a page of it', range(START, START + 0xfffn, START), OK],
      ['fewer rights', range(START, END, START, READ), OK],
      ['no rights', range(START, END, START, 0), OK],
      ['another address', range(START, END, 0x4000n), INVAL],
      ['a page more in front', range(BEFORE, END, BEFORE), INVAL],
      ['a page more behind', range(START, END + 0x1000n, START), INVAL],
    ])('[C.2c] answers an identity mapping of %s', (_what, fields, status) => {
      const { attach, driver, iommu } = start('reject', [identity()]);
      attach([ENDPOINT]);
      expect(driver.map(DOMAIN, fields)).toBe(status);
      expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual(status === OK ? [fields] : []);
    });

    it.each(['reserved', 'msi'] as const)(
      '[A76 C.2c] refuses an identity mapping in a %s region, also one without rights',
      (kind) => {
        const { attach, driver } = start('reject', [region(kind)]);
        attach([ENDPOINT]);
        for (const flags of [0, READ, WRITE]) {
          expect(driver.map(DOMAIN, page(START, START, flags))).toBe(INVAL);
        }
      },
    );

    it('[C.2c] refuses more rights than the region has', () => {
      const { attach, driver } = start('reject', [identity(READ)]);
      attach([ENDPOINT]);
      expect(driver.map(DOMAIN, page(START, START, READ))).toBe(OK);
      expect(driver.map(DOMAIN, page(START + 0x1000n, START + 0x1000n, WRITE))).toBe(INVAL);
    });

    it('[C.2c] takes one mapping over two identity regions that touch, if both allow it', () => {
      const regions = [identity(READ, START, START + 0xfffn), identity(3, START + 0x1000n, END)];
      const { attach, driver } = start('reject', regions);
      attach([ENDPOINT]);
      const fields = { virtStart: START, virtEnd: END, physStart: START };
      expect(driver.map(DOMAIN, { ...fields, flags: 3 })).toBe(INVAL);
      expect(driver.map(DOMAIN, { ...fields, flags: READ })).toBe(OK);
    });

    it('[C.2d] UNMAP removes the mapping, and the window stays', () => {
      const { attach, driver, go, iommu } = start('reject', [identity()]);
      attach([ENDPOINT]);
      driver.map(DOMAIN, page(START, START));
      expect(driver.unmap(DOMAIN, START, END)).toBe(OK);
      expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([]);
      expect(driver.unmap(DOMAIN, START, END)).toBe(OK);
      expect(go(ENDPOINT, START, WRITE)).toEqual([START]);
    });
  });

  describe.each(BOTH_ORDERS)('endpoints that meet in a domain, %s', (_order, ids) => {
    it('[C-policy-reject C14 C-pairwise F11 A32] reject: identity beside nothing is UNSUPP, nothing changed', () => {
      const { attach, driver, iommu, go } = start('reject', [identity()], []);
      const [first = 0, second = 0] = ids;
      driver.attach(OTHER_DOMAIN, second);
      driver.map(OTHER_DOMAIN, page(BEHIND, 0x4000n));
      attach([first]);
      const before = iommu.state();
      expect(attach([second])).toEqual([UNSUPP]);
      expect(iommu.state()).toEqual({ ...before, sequence: before.sequence + 1 });
      expect(go(second, BEHIND, READ)).toEqual([0x4000n]);
    });

    it('[C-policy-allow C13 F11] allow: the region opens to both', () => {
      const { attach, go, iommu } = start('allow', [identity(READ)], []);
      expect(attach(ids)).toEqual([OK, OK]);
      for (const id of ENDPOINTS) {
        expect(go(id, START, READ)).toEqual([START]);
        expect(go(id, START, WRITE)).toBe(FAULT);
      }
      expect(iommu.state().domains).toMatchObject([{ reserved: [identity(READ)] }]);
    });

    it('[C-policy-per-endpoint C13 F11] per-endpoint: the region is its owner’s alone', () => {
      const { attach, driver, go } = start('per-endpoint', [identity()], []);
      expect(attach(ids)).toEqual([OK, OK]);
      expect(go(ENDPOINT, START, WRITE)).toEqual([START]);
      expect(go(OTHER_ENDPOINT, START, READ)).toBe(FAULT);
      // Also when the draft's driver has mapped it for both
      expect(driver.map(DOMAIN, page(START, START))).toBe(OK);
      expect(go(OTHER_ENDPOINT, START, READ)).toBe(FAULT);
      expect(go(ENDPOINT, START, READ)).toEqual([START]);
    });

    it.each(['allow', 'reject', 'per-endpoint'] as const)(
      '[C.2f F11] %s: the window goes with the endpoint that has the region',
      (policy) => {
        const { attach, driver, go, iommu } = start(policy, [identity()], [region('reserved')]);
        expect(attach(ids)).toEqual([OK, OK]);
        driver.detach(DOMAIN, ENDPOINT);
        expect(go(OTHER_ENDPOINT, START, READ)).toBe(FAULT);
        expect(driver.map(DOMAIN, page(START, START))).toBe(INVAL);
        expect(iommu.state().domains).toMatchObject([{ reserved: [region('reserved')] }]);
      },
    );

    // C15: every other pair is safe and never rejected. [one, other, joined kind]
    it.each([
      ['reserved', [region('reserved')], [], region('reserved')],
      ['msi', [region('msi')], [], region('msi')],
      ['reserved', [region('reserved')], [region('msi')], region('reserved')],
      ['reserved', [region('reserved')], [region('reserved')], region('reserved')],
      ['msi', [region('msi')], [region('msi')], region('msi')],
      ['identity', [identity()], [region('reserved')], identity()],
      ['identity', [identity()], [region('msi')], identity()],
      ['identity', [identity(READ)], [identity(WRITE)], identity(3)],
    ] as const)(
      '[C-table C15 C.2a F11] join to %s where the table says so, under every policy',
      (kind, one, other, joined) => {
        for (const policy of ['allow', 'reject', 'per-endpoint'] as const) {
          const { attach, driver, iommu } = start(policy, one, other);
          expect(attach(ids)).toEqual([OK, OK]);
          expect(iommu.state().domains).toMatchObject([{ reserved: [joined] }]);
          const status = driver.map(DOMAIN, page(START, 0x4000n));
          expect({ kind, status }).toEqual({ kind, status: INVAL });
        }
      },
    );

    it('[C-table C.2a F11] join on ranges that overlap in part', () => {
      const one = [identity(3, 0x8000n, 0x9fffn)];
      const other = [region('reserved', 0x9000n, 0xbfffn), region('msi', 0x8000n, 0x8fffn)];
      const { attach, iommu } = start('reject', one, other);
      expect(attach(ids)).toEqual([OK, OK]);
      expect(iommu.state().domains).toMatchObject([
        { reserved: [identity(3, 0x8000n, 0x9fffn), region('reserved', 0xa000n, 0xbfffn)] },
      ]);
    });

    it('[C.2b C11] RESERVED beside IDENTITY: accessible to both, since the driver never uses it', () => {
      const { attach, go } = start('reject', [identity()], [region('reserved')]);
      attach(ids);
      expect(go(OTHER_ENDPOINT, START, WRITE)).toEqual([START]);
    });

    it('[C.2b C9 C10] MSI beside IDENTITY: identity, and the doorbell still rings for its endpoint', () => {
      const { attach, go } = start('reject', [identity()], [region('msi')]);
      attach(ids);
      expect(go(ENDPOINT, START, WRITE)).toEqual([START]);
      expect(go(OTHER_ENDPOINT, START, READ)).toEqual([START]);
      expect(go(OTHER_ENDPOINT, START, WRITE)).toBe('doorbell');
      // Half of an interrupt message is none
      expect(go(OTHER_ENDPOINT, START - 2n, WRITE)).toBe(FAULT);
      expect(go(OTHER_ENDPOINT, END - 1n, WRITE)).toBe(FAULT);
    });
  });

  describe('the veto', () => {
    it('[C-pairwise] looks behind joined regions: nothing, RESERVED, then IDENTITY', () => {
      const { attach, driver, iommu } = start('reject', [], [region('reserved')]);
      iommu.addEndpoint(9, { reserved: [identity()] });
      expect(attach([ENDPOINT, OTHER_ENDPOINT, 9])).toEqual([OK, OK, UNSUPP]);
      driver.detach(DOMAIN, ENDPOINT);
      expect(attach([9])).toEqual([OK]);
    });

    it('[C-pairwise] and in the other order: RESERVED, IDENTITY, then nothing', () => {
      const { attach, iommu } = start('reject', [], [region('reserved')]);
      iommu.addEndpoint(9, { reserved: [identity()] });
      expect(attach([OTHER_ENDPOINT, 9, ENDPOINT])).toEqual([OK, OK, UNSUPP]);
    });
  });

  describe('mappings that a newcomer’s region would meet', () => {
    it.each([
      ['reserved', region('reserved')],
      ['msi', region('msi')],
      ['identity', identity()],
    ] as const)(
      '[C.2e A32] make ATTACH UNSUPP for a %s region, until they are gone',
      (_kind, newcomer) => {
        for (const policy of ['allow', 'per-endpoint'] as const) {
          const { attach, driver, iommu } = start(policy, [], [newcomer]);
          attach([ENDPOINT]);
          driver.map(DOMAIN, page(END - 0xfffn, 0x4000n));
          expect(attach([OTHER_ENDPOINT])).toEqual([UNSUPP]);
          expect(iommu.state().domains).toMatchObject([{ endpoints: [ENDPOINT], mappings: 1 }]);
          driver.unmap(DOMAIN, START, END);
          expect(attach([OTHER_ENDPOINT])).toEqual([OK]);
        }
      },
    );

    it('[C.2e] may be the identity mappings of a driver of the draft', () => {
      for (const policy of ['allow', 'reject', 'per-endpoint'] as const) {
        const { attach, driver } = start(policy, [identity()], [identity()]);
        attach([ENDPOINT]);
        driver.map(DOMAIN, page(START, START));
        driver.map(DOMAIN, page(START + 0x1000n, START + 0x1000n));
        expect(attach([OTHER_ENDPOINT])).toEqual([OK]);
      }
    });

    it('[C.2e C-policy-per-endpoint] may not be lost to the endpoint that was there', () => {
      const sameBytes = page(START, START);
      const shared = start('allow', [], [identity()]);
      shared.attach([ENDPOINT]);
      shared.driver.map(DOMAIN, sameBytes);
      expect(shared.attach([OTHER_ENDPOINT])).toEqual([OK]);
      const apart = start('per-endpoint', [], [identity()]);
      apart.attach([ENDPOINT]);
      apart.driver.map(DOMAIN, sameBytes);
      expect(apart.attach([OTHER_ENDPOINT])).toEqual([UNSUPP]);
    });

    it('[C.2c C.2e] count to the byte', () => {
      const options = { identityPolicy: 'allow', pageSizeMask: 1n } as const;
      const reserved = { [ENDPOINT]: [], [OTHER_ENDPOINT]: [identity(3, 0x100n, 0x1ffn)] };
      const { driver } = startIommu({ store: makeStore(), options, reserved });
      driver.attach(DOMAIN, ENDPOINT);
      driver.map(DOMAIN, range(0xfen, 0xffn, 0n));
      driver.map(DOMAIN, range(0x200n, 0x201n, 0n));
      expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(OK);
      expect(driver.map(DOMAIN, range(0x1f0n, 0x1ffn, 0x1f0n))).toBe(OK);
      driver.unmap(DOMAIN, 0x200n, 0x201n);
      expect(driver.map(DOMAIN, range(0x1e0n, 0x1efn, 0x1e1n))).toBe(INVAL);
      driver.unmap(DOMAIN, 0x1f0n, 0x1ffn);
      expect(driver.map(DOMAIN, range(0x1f0n, 0x200n, 0x1f0n))).toBe(INVAL);
      driver.detach(DOMAIN, OTHER_ENDPOINT);
      driver.map(DOMAIN, range(0x1ffn, 0x200n, 0x1ffn));
      expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(UNSUPP);
    });

    it('[C.2e] are looked at to the last of many', () => {
      const { attach, driver } = start('allow', [], [identity(3, 0x10_0000n, 0x1f_ffffn)]);
      attach([ENDPOINT]);
      for (let at = 0x10_0000n; at < 0x20_0000n; at += 0x1000n) driver.map(DOMAIN, page(at, at));
      expect(attach([OTHER_ENDPOINT])).toEqual([OK]);
      driver.detach(DOMAIN, OTHER_ENDPOINT);
      driver.unmap(DOMAIN, 0x1f_f000n, 0x1f_ffffn);
      driver.map(DOMAIN, page(0x1f_f000n, 0n));
      expect(attach([OTHER_ENDPOINT])).toEqual([UNSUPP]);
    });
  });
});

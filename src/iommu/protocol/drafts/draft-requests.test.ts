// The single requests of each draft: their bytes, their reserved fields, their sizes, their statuses.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../../../test/support/stores.ts';
import { startDraft } from '../../../../test/rigs/draft-driver.ts';
import {
  DRAFT_REQUESTS,
  DRAFTS,
  sizedMapRequest,
  sizedUnmapRequest,
} from '../../../../test/rigs/draft-requests.ts';
import { ENDPOINT, OTHER_ENDPOINT } from '../../../../test/rigs/iommu-rig.ts';

const SIZED_DRAFTS = ['v0.4', 'v0.5'] as const;
const DOMAIN = 1;
const PAGE = { start: 0x1000n, end: 0x1fffn, physical: 0x5000n, flags: 3 };
const NEXT_PAGE = { start: 0x2000n, end: 0x2fffn, physical: 0x6000n, flags: 3 };
const OK = 0;
const DEVERR = 3;
const INVAL = 4;
const RANGE = 5;
const EXEC = 4;
const DRAFT_MMIO = 8;
const MMIO = 4;
const TOP_PAGE = 0xffff_ffff_ffff_f000n;
/** MAP_UNMAP, PROBE: all 2^64 IOVAs. */
const WHOLE_SPACE = { features: 0b1_0100n };

describe('the bytes of a driver', () => {
  for (const [draft, ...sizes] of [
    ['v0.4', 16, 12, 36, 28, 72],
    ['v0.5', 16, 12, 36, 28, 72],
    ['v0.9', 20, 20, 36, 28, 72],
  ] as const) {
    const ids = ['attach', 'detach', 'map', 'unmap', 'probe'].map((what) => `C.1-${draft}-${what}`);
    it(`[${ids.join(' ')}] are as many as the draft says`, () => {
      const requests = DRAFT_REQUESTS[draft];
      expect([
        requests.attach(1, 2).length,
        requests.detach(1, 2).length,
        requests.map(1, PAGE).length,
        requests.unmap(1, 0n, 1n).length,
        requests.probe(1).length,
      ]).toEqual(sizes);
    });
  }

  it('[C22 C23 C.1-v0.4-attach C.1-v0.5-attach] did not move when address_space and device got new names', () => {
    const head = [1, 0, 0, 0];
    const addressSpace = [DOMAIN, 0, 0, 0];
    const device = [ENDPOINT, 0, 0, 0];
    const reserved = [0, 0, 0, 0];
    const ofAddressSpaceAndDevice = Uint8Array.from([head, addressSpace, device, reserved].flat());
    for (const draft of SIZED_DRAFTS) {
      const { driver, iommu } = startDraft(draft);
      expect(driver.status(ofAddressSpaceAndDevice)).toBe(OK);
      expect(iommu.state().domains).toMatchObject([{ id: DOMAIN, endpoints: [ENDPOINT] }]);
    }
  });

  it.each(DRAFTS)('[C24 C.1-%s-map] tell no length of the request: its type does', (draft) => {
    const { driver, iommu } = startDraft(draft);
    driver.attach(DOMAIN, ENDPOINT);
    const longer = Uint8Array.from([...driver.requests.map(DOMAIN, PAGE), 0xff, 0xff, 0xff]);
    expect(driver.status(longer)).toBe(OK);
    expect(iommu.mappings(DOMAIN, 0n, 2)).toHaveLength(1);
  });
});

describe.each(STORES)('over a %s', (_name, makeStore) => {
  /** ENDPOINT in a domain. */
  function start(draft: (typeof DRAFTS)[number], options = {}) {
    const rig = startDraft(draft, { store: makeStore(), options });
    rig.driver.attach(DOMAIN, ENDPOINT);
    return rig;
  }

  describe.each(DRAFTS)('%s', (draft) => {
    it(`[C.1-${draft}-attach A26] rejects ATTACH with reserved bytes with INVAL, nothing changed`, () => {
      const { driver, iommu } = start(draft);
      const request = driver.requests.attach(2, ENDPOINT);
      for (let offset = 12; offset < request.length; offset++) {
        expect(driver.status(request.with(offset, 0x80))).toBe(INVAL);
        expect(driver.status(request.with(offset, 1))).toBe(INVAL);
      }
      expect(iommu.state().domains).toMatchObject([{ id: DOMAIN, endpoints: [ENDPOINT] }]);
    });

    it(`[C.1-${draft}-attach A17] ignores the head's reserved bytes`, () => {
      const { driver } = start(draft);
      const request = driver.requests.attach(2, ENDPOINT);
      for (const offset of [1, 2, 3]) expect(driver.status(request.with(offset, 0xff))).toBe(OK);
    });

    it(`[C.1-${draft}-unmap A57] rejects UNMAP with reserved bytes with INVAL, nothing removed`, () => {
      const { driver, iommu } = start(draft);
      driver.map(DOMAIN, PAGE);
      const request = driver.requests.unmap(DOMAIN, PAGE.start, PAGE.end);
      for (let offset = 24; offset < 28; offset++) {
        expect(driver.status(request.with(offset, 1))).toBe(INVAL);
      }
      expect(iommu.mappings(DOMAIN, 0n, 2)).toHaveLength(1);
    });

    it(`[C.1-${draft}-probe A64] ignores PROBE's reserved bytes`, () => {
      const { driver } = start(draft);
      const request = driver.requests.probe(ENDPOINT).fill(0xff, 8);
      expect(driver.send(request, 516).bytes[512]).toBe(OK);
    });

    it(`[C.1-${draft}-map A44] rejects MAP over a mapping with INVAL`, () => {
      const { driver } = start(draft);
      expect(driver.map(DOMAIN, PAGE)).toBe(OK);
      expect(driver.map(DOMAIN, { ...PAGE, start: 0n })).toBe(INVAL);
    });

    it(`[C.1-${draft}-map A43 A50] rejects what is not made of pages with RANGE`, () => {
      const { driver } = start(draft);
      expect([
        driver.map(DOMAIN, { ...PAGE, start: 0x1001n }),
        driver.map(DOMAIN, { ...PAGE, end: 0x1ffen }),
        driver.map(DOMAIN, { ...PAGE, physical: 0x10n }),
        driver.map(DOMAIN, { ...PAGE, start: 0xffff_f000n, end: 0x1_0000_0fffn }),
        driver.map(DOMAIN, { ...PAGE, end: 0x2fffn, physical: TOP_PAGE }),
      ]).toEqual(Array.from({ length: 5 }, () => RANGE));
    });

    it(`[C.1-${draft}-map] maps READ, WRITE and EXEC, and keeps the rights that endpoints can use`, () => {
      const { driver, iommu, events } = start(draft);
      const flags = [0, 1, 2, 3, EXEC, EXEC | 1, EXEC | 3];
      flags.forEach((each, index) => {
        const start = BigInt(index) * 0x1000n;
        const mapping = { start, end: start + 0xfffn, physical: 0n, flags: each };
        expect(driver.map(DOMAIN, mapping)).toBe(OK);
        expect(events.at(-1)).toMatchObject({ kind: 'mapped', flags: each & 3 });
      });
      const kept = iommu.mappings(DOMAIN, 0n, 10).map((mapping) => mapping.flags);
      expect(kept).toEqual(flags.map((each) => each & 3));
      expect(() => iommu.port(ENDPOINT).readU16(0, 0x4000)).toThrow('IOMMU');
    });

    it.each([0x10, 0x100, 0x8000_0000, 0xffff_fff0])(
      `[C.1-${draft}-map A45] rejects the unknown flags 0x%x with INVAL`,
      (flags) => {
        const { driver } = start(draft);
        expect(driver.map(DOMAIN, { ...PAGE, flags: (flags | 1) >>> 0 })).toBe(INVAL);
      },
    );

    it(`[C.1-${draft}-map] ${draft === 'v0.9' ? 'takes' : 'does not know'} the flag MMIO 8`, () => {
      const { driver, iommu } = start(draft);
      const isKnown = draft === 'v0.9';
      const flags = DRAFT_MMIO | 2;
      expect(driver.map(DOMAIN, { ...PAGE, flags })).toBe(isKnown ? OK : INVAL);
      const expected = isKnown ? [{ flags: MMIO | 2 }] : [];
      expect(iommu.mappings(DOMAIN, 0n, 2)).toMatchObject(expected);
    });

    it(`[C.1-${draft}-unmap A61 A62] removes all whole mappings, gaps and all`, () => {
      const { driver, iommu } = start(draft);
      expect(driver.unmap(DOMAIN, 0n, 0xffff_ffffn)).toBe(OK);
      driver.map(DOMAIN, PAGE);
      driver.map(DOMAIN, { ...NEXT_PAGE, start: 0x9000n, end: 0x9fffn });
      expect(driver.unmap(DOMAIN, 0n, 0xffff_ffffn)).toBe(OK);
      expect(iommu.mappings(DOMAIN, 0n, 1)).toEqual([]);
    });

    it(`[C.1-${draft}-split A60] refuses to split a mapping, and then removes nothing`, () => {
      const { driver, iommu } = start(draft);
      driver.map(DOMAIN, PAGE);
      driver.map(DOMAIN, { ...NEXT_PAGE, end: 0x3fffn });
      const status = draft === 'v0.4' ? INVAL : RANGE;
      expect(driver.unmap(DOMAIN, 0x1000n, 0x2fffn)).toBe(status);
      expect(driver.unmap(DOMAIN, 0x3000n, 0x3fffn)).toBe(status);
      expect(driver.unmap(DOMAIN, 0x1000n, 0x17ffn)).toBe(status);
      expect(iommu.mappings(DOMAIN, 0n, 3)).toHaveLength(2);
    });

    it(`[C.1-${draft}-status] has no NOMEM: what there is no room for ends with DEVERR`, () => {
      const store = makeStore({ maxDomains: 1, maxMappings: 1 });
      const { driver, iommu } = startDraft(draft, { store });
      expect(driver.attach(DOMAIN, ENDPOINT)).toBe(OK);
      expect(driver.attach(2, OTHER_ENDPOINT)).toBe(DEVERR);
      expect(driver.map(DOMAIN, PAGE)).toBe(OK);
      expect(driver.map(DOMAIN, NEXT_PAGE)).toBe(DEVERR);
      expect(iommu.state().domains).toMatchObject([{ id: DOMAIN, mappings: 1 }]);
    });

    it(`[C.1-${draft}-attach A20] rejects domains beyond its bits with RANGE`, () => {
      const { driver } = start(draft, { domainRange: { start: 0, end: 7 } });
      expect([driver.attach(7, ENDPOINT), driver.attach(8, ENDPOINT)]).toEqual([OK, RANGE]);
      expect(driver.attach(0xffff_ffff, ENDPOINT)).toBe(RANGE);
    });
  });

  describe.each(SIZED_DRAFTS)('%s, whose DETACH names no domain', (draft) => {
    it(`[C.1-${draft}-detach] takes the endpoint out of whatever it is in`, () => {
      const { driver, iommu, events } = start(draft);
      driver.attach(5, OTHER_ENDPOINT);
      expect(driver.detach(999, OTHER_ENDPOINT)).toBe(OK);
      expect(events.at(-1)).toMatchObject({ kind: 'detached', domain: 5, status: OK });
      expect(iommu.state().domains).toMatchObject([{ id: DOMAIN }]);
      expect(driver.detach(999, OTHER_ENDPOINT)).toBe(INVAL);
      expect(events.at(-1)).toMatchObject({ kind: 'detached', domain: null, status: INVAL });
    });

    it(`[C.1-${draft}-detach-reserved] rejects reserved bytes with INVAL`, () => {
      const { driver, iommu } = start(draft);
      const request = driver.requests.detach(DOMAIN, ENDPOINT);
      for (let offset = 8; offset < 12; offset++) {
        expect(driver.status(request.with(offset, 0x01))).toBe(INVAL);
      }
      expect(iommu.state().domains).toMatchObject([{ id: DOMAIN, endpoints: [ENDPOINT] }]);
    });
  });

  describe('v0.9, whose DETACH names the domain', () => {
    it('[C.1-v0.9-detach A40] rejects another domain with INVAL', () => {
      const { driver } = start('v0.9');
      expect([driver.detach(2, ENDPOINT), driver.detach(DOMAIN, ENDPOINT)]).toEqual([INVAL, OK]);
    });

    it('[C.1-v0.9-detach-reserved A38] ignores reserved bytes', () => {
      const { driver, iommu } = start('v0.9');
      const request = driver.requests.detach(DOMAIN, ENDPOINT).fill(0xff, 12);
      expect(driver.status(request)).toBe(OK);
      expect(iommu.state().domains).toEqual([]);
    });
  });

  describe.each(SIZED_DRAFTS)('%s, whose ranges are an address and a size', (draft) => {
    it.each([
      ['0 at 0', 0n, 0n],
      ['0', 0x1000n, 0n],
      ['0 at the last page', TOP_PAGE, 0n],
      ['a page more than is left', TOP_PAGE, 0x2000n],
      ['nearly everything, from the middle on', 1n << 63n, TOP_PAGE],
      ['the largest there is, from 2 on', 2n, (1n << 64n) - 1n],
    ])(
      `[C.1-${draft}-map C.1-${draft}-unmap] take a size of %s for no range: RANGE`,
      (_what, address, size) => {
        const { driver, iommu, events } = start(draft, WHOLE_SPACE);
        driver.map(DOMAIN, { ...PAGE, start: 0x8000n, end: 0x8fffn });
        const fields = { physical: 0n, flags: 1 };
        expect(driver.status(sizedMapRequest(DOMAIN, address, size, fields))).toBe(RANGE);
        expect(events.at(-1)).not.toHaveProperty('isEmpty');
        expect(driver.status(sizedUnmapRequest(DOMAIN, address, size))).toBe(RANGE);
        expect(events.at(-1)).toMatchObject({ kind: 'unmapped', removed: 0, status: RANGE });
        expect(iommu.mappings(DOMAIN, 0n, 2)).toHaveLength(1);
      },
    );

    it(`[C.1-${draft}-map C.1-${draft}-unmap] reach the last byte, which has no address behind it`, () => {
      const { driver, iommu } = start(draft, WHOLE_SPACE);
      const fields = { physical: 0x5000n, flags: 1 };
      expect(driver.status(sizedMapRequest(DOMAIN, TOP_PAGE, 0x1000n, fields))).toBe(OK);
      expect(iommu.mappings(DOMAIN, 0n, 2)).toMatchObject([{ virtEnd: (1n << 64n) - 1n }]);
      expect(driver.status(sizedUnmapRequest(DOMAIN, 1n << 63n, 1n << 63n))).toBe(OK);
      expect(iommu.mappings(DOMAIN, 0n, 2)).toEqual([]);
    });

    it(`[C.1-${draft}-map] map single bytes where the page granularity is one`, () => {
      const { driver, iommu, memory } = start(draft, { pageSizeMask: 1n });
      expect(driver.map(DOMAIN, { start: 5n, end: 5n, physical: 0x77n, flags: 1 })).toBe(OK);
      memory.bytes[0x77] = 0x99;
      const target = new Uint8Array(1);
      iommu.port(ENDPOINT).read(0, 5, target);
      expect([...target]).toEqual([0x99]);
      expect(() => iommu.port(ENDPOINT).read(0, 6, target)).toThrow('IOMMU');
      expect(driver.unmap(DOMAIN, 5n, 5n)).toBe(OK);
    });
  });

  it('[C.1-v0.9-map A50] refuses single bytes in v0.9 with RANGE, as the released protocol does', () => {
    const { driver } = start('v0.9', { pageSizeMask: 1n });
    const byte = { start: 5n, end: 5n, physical: 5n, flags: 1 };
    expect([driver.map(DOMAIN, byte), driver.map(DOMAIN, { ...byte, end: 6n })]).toEqual([
      RANGE,
      OK,
    ]);
  });
});

// A whole little session of a driver of each draft, over every store: what it negotiates, sends, and is told.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../../../test/support/stores.ts';
import { toIova } from '../../../memory/address.ts';
import { startDraft } from '../../../../test/rigs/draft-driver.ts';
import { DRAFT_FAULT_SIZES } from '../../../../test/rigs/draft-replies.ts';
import { DRAFTS } from '../../../../test/rigs/draft-requests.ts';
import { ENDPOINT, OTHER_ENDPOINT } from '../../../../test/rigs/iommu-rig.ts';

const DOMAIN = 1;
const IOVA = 0x1_0000;
const GPA = 0x5000;
const PAGE = {
  start: BigInt(IOVA),
  end: BigInt(IOVA) + 0xfffn,
  physical: BigInt(GPA),
  flags: 1,
};
const UNMAPPED = 0x2_0010;
const MSI_WINDOW = { start: 0xfee0_0000n, end: 0xfeef_ffffn };
const OK = 0;
const INVAL = 4;
const NOENT = 6;
const MAPPING = 2;
const DOMAIN_FAULT = 1;
const READ = 1;
const WRITE = 2;
const ADDRESS = 0x100;

describe.each(STORES)('over a %s', (_name, makeStore) => {
  describe.each(DRAFTS)('a driver of %s', (draft) => {
    const start = () => startDraft(draft, { store: makeStore() });

    it(`[C25 C.1-${draft}-config] reads what it has to do with`, () => {
      const { driver } = start();
      expect(driver.config).toEqual({
        pageSizeMask: 0x1000n,
        inputStart: 0n,
        inputEnd: 0xffff_ffffn,
        domainBits: 16,
        probeSize: 512,
      });
    });

    it(`[C25 C.1-${draft}-probe C.1-${draft}-attach C.1-${draft}-map C.1-${draft}-unmap C.1-${draft}-detach] probes, attaches, maps, does DMA, unmaps and detaches`, () => {
      const { driver, iommu, memory, events } = start();
      expect(driver.regions(ENDPOINT)).toMatchObject([{ subtype: 1, ...MSI_WINDOW }]);
      expect(driver.attach(DOMAIN, ENDPOINT)).toBe(OK);
      expect(driver.map(DOMAIN, PAGE)).toBe(OK);
      const port = iommu.port(ENDPOINT);
      memory.bytes.set([1, 2, 3, 4], GPA + 0x10);
      const target = new Uint8Array(4);
      port.read(0, IOVA + 0x10, target);
      expect([...target]).toEqual([1, 2, 3, 4]);
      expect(() => port.write(0, IOVA, target)).toThrow('IOMMU');
      expect(driver.unmap(DOMAIN, PAGE.start, PAGE.end)).toBe(OK);
      expect(() => port.read(0, IOVA, target)).toThrow('IOMMU');
      expect(driver.detach(DOMAIN, ENDPOINT)).toBe(OK);
      expect(iommu.state().domains).toEqual([]);
      expect(events.map(({ kind }) => kind).join(' ')).toBe(
        'reset started probed attached mapped faulted unmapped faulted detached',
      );
      expect(events).toMatchObject([
        { kind: 'reset' },
        { features: 0b1_0111n | (1n << 32n) },
        { endpoint: ENDPOINT, status: OK },
        { endpoint: ENDPOINT, domain: DOMAIN, flags: 0, status: OK },
        { virtStart: PAGE.start, virtEnd: PAGE.end, physStart: PAGE.physical, flags: 1 },
        { mappedFlags: 1 },
        { virtStart: PAGE.start, virtEnd: PAGE.end, removed: 1, status: OK },
        { mappedFlags: null },
        { endpoint: ENDPOINT, domain: DOMAIN, status: OK },
      ]);
    });

    it(`[C25 C.1-${draft}-attach C.1-${draft}-detach] moves an endpoint between domains without DETACH`, () => {
      const { driver, iommu } = start();
      for (const id of [ENDPOINT, OTHER_ENDPOINT]) expect(driver.attach(DOMAIN, id)).toBe(OK);
      expect(driver.map(DOMAIN, PAGE)).toBe(OK);
      expect(driver.attach(2, ENDPOINT)).toBe(OK);
      expect(iommu.state().domains).toMatchObject([
        { id: DOMAIN, endpoints: [OTHER_ENDPOINT], mappings: 1 },
        { id: 2, endpoints: [ENDPOINT], mappings: 0 },
      ]);
      expect(driver.detach(2, ENDPOINT)).toBe(OK);
      expect(driver.detach(2, ENDPOINT)).toBe(INVAL);
      expect(driver.detach(DOMAIN, OTHER_ENDPOINT)).toBe(OK);
      expect(iommu.state().domains).toEqual([]);
    });

    it(`[C.1-${draft}-status A28 A39 A46 A58 A65] is told NOENT of what does not exist`, () => {
      const { driver } = start();
      expect([
        driver.attach(DOMAIN, 77),
        driver.detach(DOMAIN, 77),
        driver.map(DOMAIN, PAGE),
        driver.unmap(DOMAIN, PAGE.start, PAGE.end),
        driver.probe(77).bytes[512],
      ]).toEqual(Array.from({ length: 5 }, () => NOENT));
    });

    it(`[C.1-${draft}-probe A77] rings the doorbell of its MSI region without memory being touched`, () => {
      const rung: unknown[] = [];
      const { driver, iommu, memory } = startDraft(draft, {
        store: makeStore(),
        doorbell: (endpoint, address, message) => rung.push([endpoint, address, ...message]),
      });
      driver.attach(DOMAIN, ENDPOINT);
      expect(driver.map(DOMAIN, { ...PAGE, ...MSI_WINDOW })).toBe(INVAL);
      const before = memory.bytes.slice();
      iommu.port(ENDPOINT).write(0, 0xfee0_0000, Uint8Array.of(5, 6, 7, 8));
      expect(rung).toEqual([[ENDPOINT, 0xfee0_0000n, 5, 6, 7, 8]]);
      expect(Buffer.compare(memory.bytes, before)).toBe(0);
    });
  });

  describe.each(['v0.5', 'v0.9'] as const)('faults of %s', (draft) => {
    it(`[C.1-${draft}-fault A86] are reported with reason, access and address`, () => {
      const { driver, iommu } = startDraft(draft, { store: makeStore() });
      driver.addEventBuffers(4);
      driver.attach(DOMAIN, ENDPOINT);
      driver.map(DOMAIN, PAGE);
      const port = iommu.port(ENDPOINT);
      const other = iommu.port(OTHER_ENDPOINT);
      expect(() => port.readU16(0, UNMAPPED)).toThrow('IOMMU');
      expect(() => port.writeU16(0, IOVA, 1)).toThrow('IOMMU');
      expect(() => port.readU32(0x1234_5678, 0x9abc_def0)).toThrow('IOMMU');
      expect(() => other.writeU32(0, IOVA, 1)).toThrow('IOMMU');
      expect(driver.takeFaults()).toEqual([
        { reason: MAPPING, flags: READ | ADDRESS, endpoint: ENDPOINT, address: BigInt(UNMAPPED) },
        { reason: MAPPING, flags: WRITE | ADDRESS, endpoint: ENDPOINT, address: BigInt(IOVA) },
        {
          reason: MAPPING,
          flags: READ | ADDRESS,
          endpoint: ENDPOINT,
          address: 0x1234_5678_9abc_def0n,
        },
        {
          reason: DOMAIN_FAULT,
          flags: WRITE | ADDRESS,
          endpoint: OTHER_ENDPOINT,
          address: BigInt(IOVA),
        },
      ]);
    });

    it(`[C.1-${draft}-fault A85] go into buffers of ${DRAFT_FAULT_SIZES[draft]} bytes, and no smaller ones`, () => {
      const { driver, iommu, events } = startDraft(draft, { store: makeStore() });
      const size = DRAFT_FAULT_SIZES[draft];
      driver.addEventBuffers(1, size - 1);
      driver.addEventBuffers(1, size);
      driver.addEventBuffers(1, size + 1);
      const access = () => iommu.port(ENDPOINT).readU16(0, UNMAPPED);
      expect(access).toThrow('IOMMU');
      expect(access).toThrow('IOMMU');
      expect(access).toThrow('IOMMU');
      const used = [driver.takeEvent(), driver.takeEvent(), driver.takeEvent()];
      expect(used.map((chain) => chain?.length)).toEqual([0, size, size]);
      expect(used[0]?.bytes.every((byte) => byte === 0)).toBe(true);
      const reported = events.filter((event) => event.kind === 'faulted');
      expect(reported.map(({ isReported }) => isReported)).toEqual([true, true, false]);
    });
  });

  it('[C.1-v0.5-fault] has the address at byte 12 of 20', () => {
    const { driver, iommu } = startDraft('v0.5', { store: makeStore() });
    driver.addEventBuffers(1);
    expect(() => iommu.port(ENDPOINT).readU16(0x8877_6655, 0x4433_2211)).toThrow('IOMMU');
    expect([...(driver.takeEvent()?.bytes ?? [])]).toEqual([
      1, 0, 0, 0, 1, 1, 0, 0, 8, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
    ]);
  });

  it('[C.1-v0.9-fault] has the address at byte 16 of 24', () => {
    const { driver, iommu } = startDraft('v0.9', { store: makeStore() });
    driver.addEventBuffers(1);
    expect(() => iommu.port(ENDPOINT).readU16(0x8877_6655, 0x4433_2211)).toThrow('IOMMU');
    expect([...(driver.takeEvent()?.bytes ?? [])]).toEqual([
      1, 0, 0, 0, 1, 1, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
      0x88,
    ]);
  });

  it('[C.1-v0.4-fault] stops an access that it has no way to report, and records it', () => {
    const { driver, iommu, events, mmio, line } = startDraft('v0.4', { store: makeStore() });
    driver.attach(DOMAIN, ENDPOINT);
    mmio.takeInterrupts();
    mmio.notify(1);
    expect(() => iommu.port(ENDPOINT).readU16(0, UNMAPPED)).toThrow('IOMMU');
    expect(events.at(-1)).toMatchObject({ kind: 'faulted', reason: MAPPING, isReported: false });
    expect([line.isAsserted, mmio.needsReset, driver.takeFaults()]).toEqual([false, false, []]);
    const outcome = iommu.port(ENDPOINT).translate(0, UNMAPPED, 1, READ);
    expect(outcome).toMatchObject({ kind: 'fault', fault: { reason: MAPPING, low: UNMAPPED } });
  });

  it('[C6 C.1-v0.9-map] lets a v0.9 driver map an identity region itself, as the one of v0.9-devel did', () => {
    const region = {
      kind: 'identity',
      start: toIova(0x4000n),
      end: toIova(0x5fffn),
      flags: 3,
    } as const;
    const { driver, iommu } = startDraft('v0.9', {
      store: makeStore(),
      reserved: { [ENDPOINT]: [region] },
    });
    const identity = { start: 0x4000n, end: 0x5fffn, physical: 0x4000n, flags: 3 };
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(OK);
    expect(driver.map(DOMAIN, { ...identity, physical: 0x8000n })).toBe(INVAL);
    expect(driver.map(DOMAIN, identity)).toBe(OK);
    expect(driver.unmap(DOMAIN, identity.start, identity.end)).toBe(OK);
    iommu.port(ENDPOINT).writeU16(0, 0x4000, 1);
  });
});

// What each draft says of reserved regions, and what happens to PROBE buffers that are too short for it: the first
// statements of the mail of August 2017, in every version of the protocol.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../../../test/support/stores.ts';
import { toIova } from '../../../memory/address.ts';
import { startDraft } from '../../../../test/rigs/draft-driver.ts';
import { DRAFTS, type DraftName } from '../../../../test/rigs/draft-requests.ts';
import { ENDPOINT, OTHER_ENDPOINT, startIommu } from '../../../../test/rigs/iommu-rig.ts';
import { probeRequest } from '../../../../test/rigs/iommu-requests.ts';
import type { ReservedRegion } from '../../regions/reserved-regions.ts';

const DOMAIN = 1;
const OK = 0;
const UNSUPP = 2;
const INVAL = 4;
const RESERVED = 0;
const MSI = 1;
const IDENTITY = 2;
const READ = 1;
const READ_WRITE = 3;
const TAIL_BYTES = 4;

const FIRMWARE: ReservedRegion = {
  kind: 'identity',
  start: toIova(0x3000n),
  end: toIova(0x4fffn),
  flags: READ,
};
const REGIONS: readonly ReservedRegion[] = [
  { kind: 'reserved', start: toIova(0x1000n), end: toIova(0x1fffn) },
  FIRMWARE,
  { kind: 'msi', start: toIova(0xfee0_0000n), end: toIova(0xfeef_ffffn) },
];

/** Bytes in hexadecimal. */
function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** All versions of the protocol as something that sends PROBE into a buffer of any length. */
const PROBERS = [
  [
    '1.2',
    (probeSize: number) => {
      const { driver, iommu } = startIommu({ options: { probeSize } });
      return { iommu, probe: (room: number) => driver.send(probeRequest(ENDPOINT), room) };
    },
  ],
  ...DRAFTS.map(
    (draft) =>
      [
        draft,
        (probeSize: number) => {
          const { driver, iommu } = startDraft(draft, { options: { probeSize } });
          return {
            iommu,
            probe: (room: number) => driver.send(driver.requests.probe(ENDPOINT), room),
          };
        },
      ] as const,
  ),
] as const;

describe.each(PROBERS)('a PROBE buffer of %s', (_name, start) => {
  const probeSize = 40;

  it('[C2 A70 F8] too short for probe_size gets INVAL and no property, at every length', () => {
    const { probe } = start(probeSize);
    for (let room = TAIL_BYTES; room < probeSize + TAIL_BYTES; room++) {
      const { bytes, length } = probe(room);
      const expected = new Uint8Array(room);
      expected[room - TAIL_BYTES] = INVAL;
      expect({ length, bytes }).toEqual({ length: room, bytes: expected });
    }
  });

  it.each([1, 2, 3])(
    '[C2 A14 F8] of %i bytes, too short for a tail, goes back unwritten',
    (room) => {
      const { bytes, length } = start(probeSize).probe(room);
      expect({ length, bytes }).toEqual({ length: 0, bytes: new Uint8Array(room) });
    },
  );

  it('[C2] of probe_size and a tail, or more, gets properties and OK behind probe_size', () => {
    const { probe } = start(probeSize);
    for (const room of [probeSize + TAIL_BYTES, probeSize + TAIL_BYTES + 1, 500]) {
      const { bytes, length } = probe(room);
      expect(length).toBe(probeSize + TAIL_BYTES);
      expect([bytes[0], bytes[4], bytes[probeSize]]).toEqual([1, MSI, OK]);
    }
  });
});

describe.each(DRAFTS)('PROBE without a writable byte, in %s', (draft) => {
  it(`[C2 A14 F8 C.1-${draft}-probe] goes back with nothing written`, () => {
    const { driver, mmio } = startDraft(draft);
    driver.framing = (readable) => ({ readable: [readable] });
    expect(driver.probe(ENDPOINT).length).toBe(0);
    expect(mmio.needsReset).toBe(false);
  });

  it(`[C1 A67 C.1-${draft}-probe] leaves the upper four bits of every property's type zero`, () => {
    const { driver } = startDraft(draft, { reserved: { [ENDPOINT]: REGIONS } });
    expect(driver.regions(ENDPOINT)).toHaveLength(REGIONS.length);
  });

  it(`[C.1-${draft}-probe A66] is left unwritten where the feature is not negotiated`, () => {
    const { driver } = startDraft(draft, { accepts: 0b111n });
    expect(driver.send(driver.requests.probe(ENDPOINT), 516).length).toBe(0);
  });
});

describe.each(DRAFTS)('the regions of an endpoint in %s', (draft) => {
  it(`[C3 C4 C5 C6 C.1-${draft}-probe] are RESERVED, MSI and IDENTITY, and only the last has rights`, () => {
    const { driver } = startDraft(draft, { reserved: { [ENDPOINT]: REGIONS } });
    const noFlags = draft === 'v0.4' ? 0 : null;
    expect(driver.regions(ENDPOINT)).toEqual([
      { subtype: RESERVED, start: 0x1000n, end: 0x1fffn, flags: noFlags },
      { subtype: IDENTITY, start: 0x3000n, end: 0x4fffn, flags: READ },
      { subtype: MSI, start: 0xfee0_0000n, end: 0xfeef_ffffn, flags: noFlags },
    ]);
  });

  it(`[C4 C.1-${draft}-probe A76] are not to be mapped, but for what is identity`, () => {
    const { driver } = startDraft(draft, { reserved: { [ENDPOINT]: REGIONS } });
    driver.attach(DOMAIN, ENDPOINT);
    const map = (start: bigint, end: bigint) =>
      driver.map(DOMAIN, { start, end, physical: start, flags: READ });
    expect([map(0x1000n, 0x1fffn), map(0n, 0x2fffn), map(0xfee0_0000n, 0xfee0_0fffn)]).toEqual(
      Array.from({ length: 3 }, () => INVAL),
    );
    expect([map(0n, 0xfffn), map(0x2000n, 0x2fffn), map(0x3000n, 0x4fffn)]).toEqual([OK, OK, OK]);
  });
});

describe('the bytes of an endpoint’s properties', () => {
  /** The first 88 bytes: three properties, and zeros where they take less. */
  function propertiesOf(draft: DraftName): string {
    const { driver } = startDraft(draft, { reserved: { [ENDPOINT]: REGIONS } });
    return hex(driver.probe(ENDPOINT).bytes.subarray(0, 88));
  }

  it('[C4 C5 C6 C.1-v0.4-probe] have addr, size and flags in v0.4, 28 bytes each', () => {
    const properties = [
      '01001800 00000000 0010000000000000 0010000000000000 00000000',
      '01001800 02000000 0030000000000000 0020000000000000 01000000',
      '01001800 01000000 0000e0fe00000000 0000100000000000 00000000',
      '00000000',
    ];
    expect(propertiesOf('v0.4')).toBe(properties.join('').replaceAll(' ', ''));
  });

  it('[C4 C5 C6 C.1-v0.5-probe] have addr and size in v0.5, 24 bytes, and 32 for identity', () => {
    const properties = [
      '01001400 00000000 0010000000000000 0010000000000000',
      '01001c00 02000000 0030000000000000 0020000000000000 01000000 00000000',
      '01001400 01000000 0000e0fe00000000 0000100000000000',
      '0000000000000000',
    ];
    expect(propertiesOf('v0.5')).toBe(properties.join('').replaceAll(' ', ''));
  });

  it('[C4 C5 C6 C.1-v0.9-probe] have start and end in v0.9, 24 bytes, and 32 for identity', () => {
    const properties = [
      '01001400 00000000 0010000000000000 ff1f000000000000',
      '01001c00 02000000 0030000000000000 ff4f000000000000 01000000 00000000',
      '01001400 01000000 0000e0fe00000000 ffffeffe00000000',
      '0000000000000000',
    ];
    expect(propertiesOf('v0.9')).toBe(properties.join('').replaceAll(' ', ''));
  });

  it('[C4 C5 C6 C-table] are the same in 1.2 as in v0.9', () => {
    const reserved = { [ENDPOINT]: REGIONS };
    const released = startIommu({ reserved }).driver.probe(ENDPOINT, 512).bytes;
    expect(hex(startDraft('v0.9', { reserved }).driver.probe(ENDPOINT).bytes)).toBe(hex(released));
  });
});

describe.each(STORES)('identity regions over a %s', (_name, makeStore) => {
  describe.each(DRAFTS)('in %s', (draft) => {
    it(`[C6 C.1-${draft}-attach] are identity-mapped, with their rights, from ATTACH to DETACH`, () => {
      const { driver, iommu, memory } = startDraft(draft, {
        store: makeStore(),
        reserved: { [ENDPOINT]: REGIONS },
      });
      memory.bytes[0x4fff] = 0x42;
      const port = iommu.port(ENDPOINT);
      const target = new Uint8Array(1);
      expect(() => port.read(0, 0x4fff, target)).toThrow('IOMMU');
      driver.attach(DOMAIN, ENDPOINT);
      port.read(0, 0x4fff, target);
      expect([...target]).toEqual([0x42]);
      expect(() => port.write(0, 0x4fff, target)).toThrow('IOMMU');
      driver.detach(DOMAIN, ENDPOINT);
      expect(() => port.read(0, 0x4fff, target)).toThrow('IOMMU');
    });

    it(`[C6 C14 C.1-${draft}-attach] keep an endpoint without them out of the domain with UNSUPP`, () => {
      const { driver, iommu } = startDraft(draft, {
        store: makeStore(),
        reserved: { [ENDPOINT]: REGIONS, [OTHER_ENDPOINT]: [] },
      });
      expect(driver.attach(DOMAIN, ENDPOINT)).toBe(OK);
      expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(UNSUPP);
      expect(iommu.state().domains).toMatchObject([{ endpoints: [ENDPOINT] }]);
    });

    it(`[C6 C.1-${draft}-map] take an identity mapping of a driver, with no more than their rights`, () => {
      const { driver } = startDraft(draft, {
        store: makeStore(),
        reserved: { [ENDPOINT]: REGIONS },
      });
      driver.attach(DOMAIN, ENDPOINT);
      const window = { start: 0x3000n, end: 0x4fffn, physical: 0x3000n, flags: READ };
      expect(driver.map(DOMAIN, { ...window, flags: READ_WRITE })).toBe(INVAL);
      expect(driver.map(DOMAIN, { ...window, physical: 0x8000n })).toBe(INVAL);
      expect(driver.map(DOMAIN, window)).toBe(OK);
      expect(driver.unmap(DOMAIN, window.start, window.end)).toBe(OK);
    });
  });
});

// What a builder gets for each version of the protocol: features, configuration space, queues, and errors in words.

import { describe, expect, it } from 'vitest';
import { toIova } from '../../memory/address.ts';
import { startDraft } from '../../../test/rigs/draft-driver.ts';
import { DRAFTS } from '../../../test/rigs/draft-requests.ts';
import { createIommuRig, ENDPOINT, startIommu } from '../../../test/rigs/iommu-rig.ts';
import { DIALECT_NAMES, dialectOf } from './dialects.ts';
import { DEFAULT_IOMMU_OPTIONS, resolveOptions, type IommuOptions } from '../options.ts';
import { VIRTIO_IOMMU_F_BYPASS, VIRTIO_IOMMU_F_PROBE } from './protocol.ts';

/** INPUT_RANGE, IOASID_BITS or DOMAIN_BITS, MAP_UNMAP, PROBE. */
const DRAFT_DEFAULT_FEATURES = 0b1_0111n;
const MMIO = 1n << 5n;
const BYPASS_CONFIG = 1n << 6n;
const QUEUE_SEL = 0x030;
const QUEUE_NUM_MAX = 0x034;
const OPTIONS: Partial<IommuOptions> = {
  pageSizeMask: 0x1122_3344_5566_7000n,
  inputRange: { start: 0x1000n, end: 0xffff_ffff_ffffn },
  domainRange: { start: 0, end: 0x3ff },
  probeSize: 0x0102,
};
const COMMON_CONFIG = [
  [0x00, 0x70, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11],
  [0x00, 0x10, 0, 0, 0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0],
].flat();
const BITS_AND_PROBE_SIZE = [10, 0, 0, 0, 0x02, 0x01, 0, 0];

/** Every byte a driver can read of the configuration space, and some behind it. */
function readAll(options: Partial<IommuOptions>): readonly number[] {
  const { iommu, mmio } = createIommuRig({ options });
  const bytes = Array.from({ length: 64 }, (_, offset) => mmio.readConfig(offset, 1));
  expect(bytes.slice(iommu.configLength).every((byte) => byte === 0)).toBe(true);
  return bytes.slice(0, iommu.configLength);
}

/** QueueNumMax of the first three queues. */
function queueSizes(options: Partial<IommuOptions>): readonly number[] {
  const { mmio } = createIommuRig({ options });
  return [0, 1, 2].map((queue) => {
    mmio.writeRegister(QUEUE_SEL, queue);
    return mmio.readRegister(QUEUE_NUM_MAX);
  });
}

describe('dialects by name', () => {
  it('are what they are called', () => {
    expect(DIALECT_NAMES.map((name) => dialectOf(name).name)).toEqual(DIALECT_NAMES);
  });

  it('default to the released one, and refuse a name that is none in words', () => {
    expect(DEFAULT_IOMMU_OPTIONS.dialect).toBe('1.2');
    const chosen: Partial<IommuOptions> = JSON.parse('{ "dialect": "v0.6" }');
    expect(() => resolveOptions(chosen)).toThrow('dialect must be one of 1.2, v0.4, v0.5, v0.9');
  });
});

describe('dialect 1.2', () => {
  it('[A4 C-table] has 40 bytes of configuration space and two queues', () => {
    const rest = [0, 0, 0, 0, 0xff, 0x03, 0, 0, 0x02, 0x01, 0, 0, 1, 0, 0, 0];
    expect(readAll(OPTIONS)).toEqual([...COMMON_CONFIG, ...rest]);
    expect(queueSizes({})).toEqual([256, 64, 0]);
  });

  it('takes any domain range', () => {
    expect(() => resolveOptions({ domainRange: { start: 7, end: 9 } })).not.toThrow();
  });
});

describe.each(DRAFTS)('dialect %s', (draft) => {
  it(`[C.1-${draft}-features] offers the bits it knows, and no configurable bypass`, () => {
    const { iommu } = createIommuRig({ options: { dialect: draft } });
    expect(iommu.deviceFeatures).toBe(DRAFT_DEFAULT_FEATURES);
    expect(() => iommu.setBypass(true)).toThrow('no configurable bypass');
    expect(iommu.state().isBypass).toBe(false);
  });

  it.each([
    ['MMIO', MMIO],
    ['BYPASS_CONFIG', BYPASS_CONFIG],
    ['bit 7', 1n << 7n],
  ])(`[C.1-${draft}-features] refuses to offer %s in words`, (_name, feature) => {
    const options = { dialect: draft, features: DRAFT_DEFAULT_FEATURES | feature };
    expect(() => resolveOptions(options)).toThrow(RangeError);
    expect(() => resolveOptions(options)).toThrow(`unknown bits for dialect ${draft}`);
  });

  it(`[C.1-${draft}-features A22] lets unattached endpoints pass once BYPASS was accepted`, () => {
    const features = DRAFT_DEFAULT_FEATURES | VIRTIO_IOMMU_F_BYPASS;
    const { iommu, memory, mmio } = startDraft(draft, { options: { features } });
    memory.bytes[0x5000] = 0x77;
    const target = new Uint8Array(1);
    iommu.port(ENDPOINT).read(0, 0x5000, target);
    expect(target[0]).toBe(0x77);
    mmio.start(DRAFT_DEFAULT_FEATURES | (1n << 32n), [{}]);
    expect(() => iommu.port(ENDPOINT).read(0, 0x5000, target)).toThrow('IOMMU');
  });

  it(`[C.1-${draft}-features A9] ignores every write to its configuration space`, () => {
    const { iommu, mmio } = startDraft(draft);
    const before = Array.from({ length: 64 }, (_, offset) => mmio.readConfig(offset, 1));
    for (let offset = 0; offset < 64; offset++) mmio.writeConfig(offset, 1, 1);
    expect(Array.from({ length: 64 }, (_, offset) => mmio.readConfig(offset, 1))).toEqual(before);
    expect([iommu.state().isBypass, mmio.needsReset]).toEqual([false, false]);
  });

  it(`[C.1-${draft}-config] tells the number of domain bits and probe_size in 32 bytes`, () => {
    const bytes = readAll({ ...OPTIONS, dialect: draft });
    expect(bytes).toEqual([...COMMON_CONFIG, ...BITS_AND_PROBE_SIZE]);
  });

  it(`[C.1-${draft}-config A4] has zeros for what it does not offer`, () => {
    const bytes = readAll({ ...OPTIONS, dialect: draft, features: VIRTIO_IOMMU_F_PROBE });
    const withoutBits = [0, 0, 0, 0, 0x02, 0x01, 0, 0];
    expect(bytes).toEqual([...COMMON_CONFIG.slice(0, 8), ...new Uint8Array(16), ...withoutBits]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [0xffff, 16],
    [0x7fff_ffff, 31],
    [0xffff_ffff, 32],
  ])(`[C.1-${draft}-config] calls domains 0 to %i %i bits`, (end, bits) => {
    const { driver } = startDraft(draft, { options: { domainRange: { start: 0, end } } });
    expect(driver.config.domainBits).toBe(bits);
    expect([driver.attach(end, ENDPOINT), driver.attach(0, ENDPOINT)]).toEqual([0, 0]);
  });

  it.each([
    [1, 0xff],
    [0, 0xfe],
    [0, 2],
    [0, 0xffff_fffe],
  ])(
    `[C.1-${draft}-config] refuses domains %i to %i, which no bits describe, in words`,
    (start, end) => {
      const options: Partial<IommuOptions> = { dialect: draft, domainRange: { start, end } };
      expect(() => resolveOptions(options)).toThrow(RangeError);
      expect(() => resolveOptions(options)).toThrow('a power of two less one');
      const features = VIRTIO_IOMMU_F_PROBE;
      expect(() => resolveOptions({ ...options, features })).not.toThrow();
    },
  );

  it(`[C.1-${draft}-fault] has ${draft === 'v0.4' ? 'no event queue' : 'an event queue'}`, () => {
    const sizes = draft === 'v0.4' ? [256, 0, 0] : [256, 64, 0];
    expect(queueSizes({ dialect: draft })).toEqual(sizes);
    const { iommu } = createIommuRig({ options: { dialect: draft, requestQueueSize: 32 } });
    expect(iommu.queueSizes[0]).toBe(32);
  });

  it(`[C.1-${draft}-config] starts, saves, restores and resets like the released one`, () => {
    const rig = startDraft(draft, { options: { features: 0b1_1111n } });
    rig.driver.attach(1, ENDPOINT);
    const saved = rig.iommu.save();
    rig.iommu.systemReset();
    expect(rig.iommu.state().domains).toEqual([]);
    rig.iommu.restore(saved);
    expect(rig.iommu.state()).toMatchObject({ isBypass: false, domains: [{ id: 1 }] });
  });
});

describe('dialect v0.4', () => {
  it('[C.1-v0.4-config] ends with ioasid_bits, after 25 bytes, where PROBE is not offered', () => {
    const bytes = readAll({ ...OPTIONS, dialect: 'v0.4', features: 0b111n });
    expect(bytes).toEqual([...COMMON_CONFIG, 10]);
    expect(startDraft('v0.4', { options: { features: 0b111n } }).driver.config).toMatchObject({
      domainBits: 16,
      probeSize: 0,
    });
  });
});

describe('a reserved region that a draft has no words for', () => {
  const whole = { kind: 'reserved', start: toIova(0n), end: toIova((1n << 64n) - 1n) } as const;
  const most = { ...whole, start: toIova(1n) };

  it.each(['v0.4', 'v0.5'] as const)(
    '[C.1-%s-probe] of all 2^64 addresses is refused in words',
    (dialect) => {
      const rig = { options: { dialect } };
      expect(() => startIommu({ ...rig, reserved: { [ENDPOINT]: [whole] } })).toThrow(RangeError);
      const { driver } = startDraft(dialect, { reserved: { [ENDPOINT]: [most] } });
      expect(driver.regions(ENDPOINT)).toMatchObject([{ start: 1n, end: (1n << 64n) - 1n }]);
    },
  );

  it('[C.1-v0.9-probe] is none for v0.9, which tells ends', () => {
    const { driver } = startDraft('v0.9', { reserved: { [ENDPOINT]: [whole] } });
    expect(driver.regions(ENDPOINT)).toMatchObject([{ start: 0n, end: (1n << 64n) - 1n }]);
  });

  it.each([
    ['v0.4', 28],
    ['v0.5', 32],
    ['v0.9', 32],
  ] as const)(
    '[C.1-%s-probe C6] needs %i bytes of probeSize for an identity region',
    (dialect, bytes) => {
      const identity = {
        kind: 'identity',
        start: toIova(0n),
        end: toIova(0xfffn),
        flags: 3,
      } as const;
      const reserved = { [ENDPOINT]: [identity] };
      const probe = (probeSize: number) => () =>
        startDraft(dialect, { reserved, options: { probeSize } });
      expect(probe(bytes - 1)).toThrow('do not fit');
      expect(probe(bytes)).not.toThrow();
    },
  );
});

// Configuration space, bypass mode, and what resets keep of them (virtio 1.2, 5.13.4 to .6).

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { VIRTIO_MMIO_CONFIG_GENERATION, VIRTIO_MMIO_INT_CONFIG } from '../virtio/mmio-registers.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  CONFIG_BYPASS,
  CONFIG_LENGTH,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_S_OK,
} from './protocol/protocol.ts';

const DOMAIN = 1;
const BUFFER = 0x3000;
const { features } = DEFAULT_IOMMU_OPTIONS;
const WITHOUT_BYPASS_CONFIG = features & ~VIRTIO_IOMMU_F_BYPASS_CONFIG;

describe.each(STORES)('configuration space over a %s', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);
  it('[A4 A5] shows the options, little-endian', () => {
    const { mmio } = createIommuRig({
      options: {
        pageSizeMask: 0x1122_3344_5566_7000n,
        inputRange: { start: 0x1000n, end: 0x8765_4321_0fffn },
        domainRange: { start: 3, end: 0xfffe },
        probeSize: 0x200,
        bootBypass: false,
      },
    });
    const words = Array.from({ length: CONFIG_LENGTH / 4 }, (_, index) =>
      mmio.readConfig(index * 4, 4),
    );
    expect(words).toEqual([
      0x5566_7000, 0x1122_3344, 0x1000, 0, 0x4321_0fff, 0x8765, 3, 0xfffe, 0x200, 0,
    ]);
    expect([mmio.readConfig(1, 1), mmio.readConfig(0x1c, 2)]).toEqual([0x70, 0xfffe]);
  });

  it('[A4] has zeros for every field whose feature is not offered', () => {
    const { mmio } = createIommuRig({ options: { features: VIRTIO_IOMMU_F_MAP_UNMAP } });
    const words = Array.from({ length: 8 }, (_, index) => mmio.readConfig(8 + index * 4, 4));
    expect(words).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(mmio.readConfig(0, 4)).toBe(0x1000);
  });

  it.each([
    ['2 [A8]', CONFIG_BYPASS, 1, 2],
    ['255 [A8]', CONFIG_BYPASS, 1, 0xff],
    ['a wider 0', CONFIG_BYPASS, 4, 0],
    ['a half word 0', CONFIG_BYPASS, 2, 0],
    ['page_size_mask', 0, 4, 0],
    ['the reserved byte behind bypass', CONFIG_BYPASS + 1, 1, 0],
    ['probe_size', 0x20, 1, 0],
  ] as const)('[A9] ignores a write of %s', (_what, offset, width, value) => {
    const { mmio, iommu } = startIommu();
    const before = Array.from({ length: CONFIG_LENGTH }, (_, byte) => mmio.readConfig(byte, 1));
    mmio.writeConfig(offset, width, value);
    const after = Array.from({ length: CONFIG_LENGTH }, (_, byte) => mmio.readConfig(byte, 1));
    expect(after).toEqual(before);
    expect(iommu.state().isBypass).toBe(true);
    expect(mmio.needsReset).toBe(false);
  });

  it('[A9 A19] lets the driver write 0 and 1 to bypass, and takes effect at once', () => {
    const { mmio, iommu, events } = startIommu();
    mmio.writeConfig(CONFIG_BYPASS, 1, 0);
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(0);
    expect(() => iommu.port(ENDPOINT).readU16(0, BUFFER)).toThrow('IOMMU');
    mmio.writeConfig(CONFIG_BYPASS, 1, 1);
    expect(iommu.port(ENDPOINT).readU16(0, BUFFER)).toBe(0);
    const changes = events.filter(({ kind }) => kind === 'bypass-changed');
    expect(changes).toMatchObject([{ isBypass: false }, { isBypass: true }]);
  });

  it.each([
    ['not accepted', { accepts: WITHOUT_BYPASS_CONFIG }],
    ['not offered', { options: { features: WITHOUT_BYPASS_CONFIG } }],
  ])('[A9] ignores a write to bypass when BYPASS_CONFIG was %s', (_what, options) => {
    const { mmio } = startIommu(options);
    const before = mmio.readConfig(CONFIG_BYPASS, 1);
    mmio.writeConfig(CONFIG_BYPASS, 1, 1 - before);
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(before);
  });

  it("[B5] tells the driver of the host's change by generation and interrupt", () => {
    const { mmio, iommu } = startIommu();
    const generation = mmio.readRegister(VIRTIO_MMIO_CONFIG_GENERATION);
    iommu.setBypass(false);
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(0);
    expect(mmio.readRegister(VIRTIO_MMIO_CONFIG_GENERATION)).not.toBe(generation);
    expect(mmio.takeInterrupts()).toBe(VIRTIO_MMIO_INT_CONFIG);
    iommu.setBypass(false);
    expect(mmio.takeInterrupts()).toBe(0);
  });

  it('has no bypass for the host to change when BYPASS_CONFIG is not offered', () => {
    const { iommu } = startIommu({ options: { features: WITHOUT_BYPASS_CONFIG } });
    expect(() => iommu.setBypass(true)).toThrow('no configurable bypass');
  });
});

describe.each(STORES)('an unattached endpoint over a %s', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);
  it.each([
    ['bypass = 1, no driver [A6 A23]', { bootBypass: true, features }, undefined, 'bypass'],
    ['bypass = 0, no driver [A19]', { bootBypass: false, features }, undefined, 'blocked'],
    [
      'bypass = 1, BYPASS_CONFIG not accepted [F15]',
      { bootBypass: true, features },
      WITHOUT_BYPASS_CONFIG,
      'bypass',
    ],
    [
      'BYPASS_CONFIG not offered',
      { bootBypass: true, features: WITHOUT_BYPASS_CONFIG },
      WITHOUT_BYPASS_CONFIG,
      'blocked',
    ],
    [
      'BYPASS accepted',
      { features: WITHOUT_BYPASS_CONFIG | VIRTIO_IOMMU_F_BYPASS },
      VIRTIO_IOMMU_F_BYPASS,
      'bypass',
    ],
    [
      'BYPASS not accepted',
      { features: WITHOUT_BYPASS_CONFIG | VIRTIO_IOMMU_F_BYPASS },
      0n,
      'blocked',
    ],
  ])('[A22] with %s', (_what, options, accepts, mode) => {
    const rig = createIommuRig({ options, ...(accepts === undefined ? {} : { accepts }) });
    if (accepts !== undefined) rig.start();
    expect(rig.iommu.state().endpoints[0]?.mode).toBe(mode);
    const access = (): number => rig.iommu.port(ENDPOINT).readU32(0, BUFFER);
    const outcome = {
      bypass: () => expect(access()).toBe(0),
      blocked: () => expect(access).toThrow(),
    };
    outcome[mode === 'bypass' ? 'bypass' : 'blocked']();
  });

  it('[A19 A22 A42] becomes blocked when its driver attaches it to an empty domain, and free again after DETACH', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    expect(iommu.state().endpoints.map(({ mode }) => mode)).toEqual(['attached', 'bypass']);
    expect(() => iommu.port(ENDPOINT).readU16(0, BUFFER)).toThrow('IOMMU');
    driver.detach(DOMAIN, ENDPOINT);
    expect(iommu.port(ENDPOINT).readU16(0, BUFFER)).toBe(0);
  });
});

describe.each(STORES)('a bypass domain over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  it('[A23 A35 A22] translates identically whatever the configuration says', () => {
    const { driver, iommu, memory } = startIommu();
    iommu.setBypass(false);
    expect(driver.attach(DOMAIN, ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS)).toBe(VIRTIO_IOMMU_S_OK);
    iommu.port(ENDPOINT).writeU32(0, BUFFER, 0xcafe_f00d);
    expect(memory.readU32(0, BUFFER)).toBe(0xcafe_f00d);
    expect(iommu.state().domains).toMatchObject([
      { id: DOMAIN, isBypass: true, endpoints: [ENDPOINT], mappings: 0, bytes: 0n, reserved: [] },
    ]);
    expect(iommu.state().endpoints[0]).toMatchObject({ mode: 'bypass', domain: DOMAIN });
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([]);
  });
});

describe.each(STORES)('reset over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  it.each([true, false])(
    '[A7 A10 F10] of the device keeps bypass = %s and drops all domains',
    (isBypass) => {
      const { driver, iommu, mmio, events } = startIommu();
      iommu.setBypass(isBypass);
      driver.attach(DOMAIN, ENDPOINT);
      driver.attach(2, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
      mmio.reset();
      const { domains, endpoints, isBypass: after } = iommu.state();
      expect(domains).toEqual([]);
      expect(endpoints.map(({ id }) => id)).toEqual([ENDPOINT, OTHER_ENDPOINT]);
      expect(after).toBe(isBypass);
      expect(events.at(-1)).toMatchObject({ kind: 'reset' });
    },
  );

  it.each([true, false])(
    '[A7 A10] of the system puts bypass back to its initial %s',
    (bootBypass) => {
      const { iommu, driver, events } = startIommu({ options: { bootBypass } });
      iommu.setBypass(!bootBypass);
      driver.attach(DOMAIN, ENDPOINT);
      iommu.systemReset();
      expect(iommu.state()).toMatchObject({ isBypass: bootBypass, domains: [] });
      expect(events.at(-1)).toMatchObject({ kind: 'system-reset' });
    },
  );

  it('[A10] lets the next driver start over with the same endpoints', () => {
    const rig = startIommu();
    rig.driver.attach(DOMAIN, ENDPOINT);
    const driver = rig.start();
    expect(driver.attach(DOMAIN, ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS)).toBe(VIRTIO_IOMMU_S_OK);
  });
});

// Where cloud-hypervisor's virtio-iommu deviates or did deviate from the specification, and ours does not.

import { describe, expect, it } from 'vitest';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  CONFIG_BYPASS,
  CONFIG_LENGTH,
  TAIL_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../rigs/iommu-requests.ts';
import { canRead, canWrite, pages, READ, READ_WRITE, WRITE } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const NO_ENDPOINT = 77;
const IOVA = 0x1000n;
const END = IOVA + 0xfffn;
const GPA = 0x5000;
const PROBE_SIZE = 32;
const LAST_PAGE = (1n << 64n) - 0x1000n;
const F_BYPASS = VIRTIO_IOMMU_ATTACH_F_BYPASS;
const { features: DEFAULT_FEATURES } = DEFAULT_IOMMU_OPTIONS;

describe.each(STORES)('unlike cloud-hypervisor, over a %s,', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);

  function startAttached(options: Parameters<typeof startIommu>[0] = {}) {
    const rig = startIommu(options);
    rig.driver.attach(DOMAIN, ENDPOINT);
    return rig;
  }

  it.each([true, false])('[E-ch-A6 A6] bypass reads as it is at boot: %s', (bootBypass) => {
    const { mmio, iommu } = createIommuRig({ options: { bootBypass } });
    expect(mmio.readConfig(CONFIG_BYPASS, 1) === 1).toBe(canRead(iommu, ENDPOINT, 0x3000n));
    expect(canRead(iommu, ENDPOINT, 0x3000n)).toBe(bootBypass);
  });

  it.each([
    ['a driver without BYPASS_CONFIG', DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_BYPASS_CONFIG, 0],
    ['a 2, which is no 0', DEFAULT_FEATURES, 2],
    ['a 0xfe, which is no 0', DEFAULT_FEATURES, 0xfe],
  ])('[E-ch-A9 A9] bypass is out of reach for %s', (_what, accepts, value) => {
    const { mmio, iommu } = startIommu({ accepts });
    mmio.writeConfig(CONFIG_BYPASS, 1, value);
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(1);
    expect(canRead(iommu, ENDPOINT, 0x3000n)).toBe(true);
  });

  it('[E-ch-A10 A10] domains do not survive a reset', () => {
    const rig = startAttached();
    rig.driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    const driver = rig.start();
    expect(driver.unmap(DOMAIN, IOVA, END)).toBe(VIRTIO_IOMMU_S_NOENT);
    expect(rig.iommu.state().endpoints[0]).toMatchObject({ domain: null });
  });

  it('[E-ch-A11 A11] MAP and UNMAP need MAP_UNMAP to be accepted', () => {
    const accepts = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_MAP_UNMAP;
    const { driver } = startAttached({ accepts });
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(driver.unmap(DOMAIN, IOVA, END)).toBe(VIRTIO_IOMMU_S_UNSUPP);
  });

  it.each([
    ['the head in one descriptor, the body in another', 4],
    ['a cut through a field', 10],
    ['the last byte alone', 35],
  ])('[E-ch-A13 A13 B30] a request works with %s, its reply in two', (_what, cut) => {
    const { driver } = startAttached();
    driver.framing = (readable, room) => ({
      readable: [readable.subarray(0, cut), readable.subarray(cut)],
      writable: [1, room - 1],
    });
    expect(driver.map(DOMAIN, pages(IOVA, BigInt(GPA)))).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.map(DOMAIN, pages(IOVA, BigInt(GPA)))).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[E-ch-A24 A24] a refusal is in the used length, so that a driver looks at it', () => {
    const { driver } = startIommu();
    for (const request of [
      attachRequest(DOMAIN, NO_ENDPOINT),
      detachRequest(DOMAIN, ENDPOINT),
      mapRequest(DOMAIN, pages(IOVA, 0n)),
      unmapRequest(DOMAIN, IOVA, END),
    ]) {
      const { bytes, length } = driver.send(request, TAIL_SIZE);
      expect(length).toBe(TAIL_SIZE);
      expect(bytes[0]).not.toBe(VIRTIO_IOMMU_S_OK);
    }
  });

  it('[E-ch-A28 A28] ATTACH knows which endpoints there are', () => {
    const { driver, iommu } = startIommu();
    expect(driver.attach(DOMAIN, NO_ENDPOINT)).toBe(VIRTIO_IOMMU_S_NOENT);
    expect(iommu.state().domains).toEqual([]);
  });

  it('[E-ch-A39 A39] DETACH knows which endpoints there are', () => {
    const { driver } = startAttached();
    expect(driver.detach(DOMAIN, NO_ENDPOINT)).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it('[E-ch-A40 A40] DETACH with the wrong domain takes the endpoint out of none', () => {
    const { driver, iommu } = startAttached();
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(driver.detach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.unmap(DOMAIN, IOVA, END)).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it('[E-ch-A45 A45] MAP with MMIO is refused while MMIO is not offered', () => {
    const { driver } = startAttached();
    const fields = pages(IOVA, 0n, READ | VIRTIO_IOMMU_MAP_F_MMIO);
    expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it.each([
    ['[E-ch-A48 A48] a read-only', READ, true, false],
    ['[E-ch-A49 A49] a write-only', WRITE, false, true],
  ])('%s mapping stays one', (_what, flags, reads, writes) => {
    const { driver, iommu } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA), flags));
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(reads);
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(writes);
  });

  it('[E-ch-A65 A65] PROBE knows which endpoints there are', () => {
    const { driver } = startIommu({ options: { probeSize: PROBE_SIZE } });
    const { bytes } = driver.probe(NO_ENDPOINT, PROBE_SIZE);
    expect(bytes[0]).toBe(0);
    expect(bytes[PROBE_SIZE]).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it('[E-ch-A70 A70] PROBE with too little room says so within the used length', () => {
    const { driver } = startIommu({ options: { probeSize: PROBE_SIZE } });
    const { bytes, length } = driver.send(probeRequest(ENDPOINT), PROBE_SIZE - 1);
    expect(length).toBeGreaterThan(0);
    expect(bytes[length - TAIL_SIZE]).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[E-ch-A76 A76] MAP over the MSI region is refused', () => {
    const { driver } = startAttached();
    expect(driver.map(DOMAIN, pages(0xfee0_0000n, 0n))).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[E-ch-top-of-space A43] the last page of 64 bits can be mapped and used', () => {
    const options = { features: DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_INPUT_RANGE };
    const { driver, iommu } = startAttached({ options });
    expect(driver.map(DOMAIN, pages(LAST_PAGE, BigInt(GPA)))).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, LAST_PAGE, 0x1000)).toBe(true);
  });

  it.each([
    ['ATTACH with a reserved byte', attachRequest(DOMAIN, ENDPOINT).fill(1, 17, 18), 'INVAL'],
    ['ATTACH with an unknown flag', attachRequest(DOMAIN, ENDPOINT, 2), 'INVAL'],
    ['ATTACH of no endpoint', attachRequest(DOMAIN, NO_ENDPOINT), 'NOENT'],
    ['ATTACH of the other kind', attachRequest(DOMAIN, OTHER_ENDPOINT, F_BYPASS), 'INVAL'],
    ['DETACH of no endpoint', detachRequest(DOMAIN, NO_ENDPOINT), 'NOENT'],
    ['DETACH of an unattached endpoint', detachRequest(DOMAIN, OTHER_ENDPOINT), 'INVAL'],
    ['MAP off the granule', mapRequest(DOMAIN, pages(0x2800n, 0n)), 'RANGE'],
    ['MAP of a mapped page', mapRequest(DOMAIN, pages(IOVA, 0n)), 'INVAL'],
    ['MAP with an unknown flag', mapRequest(DOMAIN, pages(0x2000n, 0n, 8)), 'INVAL'],
    ['MAP in no domain', mapRequest(OTHER_DOMAIN, pages(0x2000n, 0n)), 'NOENT'],
    ['UNMAP in no domain', unmapRequest(OTHER_DOMAIN, 0n, 0xfffn), 'NOENT'],
    ['UNMAP through a mapping', unmapRequest(DOMAIN, 0n, 0x17ffn), 'RANGE'],
  ] as const)('[E-bug-ch-spec-fixes] %s is refused for its reason', (_what, request, status) => {
    const { driver } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    const codes = {
      INVAL: VIRTIO_IOMMU_S_INVAL,
      RANGE: VIRTIO_IOMMU_S_RANGE,
      NOENT: VIRTIO_IOMMU_S_NOENT,
    };
    expect(driver.status(request)).toBe(codes[status]);
  });

  it('[E-bug-ch-config-size A4] the configuration is 40 bytes, and zero behind', () => {
    const { mmio, iommu } = createIommuRig();
    expect([iommu.configLength, CONFIG_LENGTH]).toEqual([40, 40]);
    expect(mmio.readConfig(CONFIG_LENGTH - 4, 4)).toBe(1);
    expect(mmio.readConfig(CONFIG_LENGTH, 4)).toBe(0);
  });

  it('[E-bug-ch-attach-move A31] ATTACH leaves the old domain, which goes if it was alone there', () => {
    const { driver, iommu, memory } = startAttached();
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(driver.attach(OTHER_DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(false);
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_NOENT);
    driver.map(OTHER_DOMAIN, pages(IOVA, 0x7000n));
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(true);
    expect([memory.bytes[GPA], memory.bytes[0x7000]]).toEqual([0, 0x5a]);
  });

  it('[E-bug-ch-unmap-all A61] one UNMAP removes every mapping in its range', () => {
    const { driver, iommu } = startAttached();
    const iovas = [0x1000n, 0x2000n, 0x5000n, 0x9000n];
    for (const iova of iovas) driver.map(DOMAIN, pages(iova, BigInt(GPA)));
    expect(driver.unmap(DOMAIN, 0x1000n, 0x9fffn)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iovas.map((iova) => canRead(iommu, ENDPOINT, iova))).toEqual(iovas.map(() => false));
  });

  it('[E-bug-ch-per-request-error A24] a bad request stops none of those behind it', () => {
    const { driver, iommu, mmio } = startIommu();
    const { requestQueue } = driver;
    const requests = [
      attachRequest(DOMAIN, NO_ENDPOINT),
      Uint8Array.of(0xff),
      attachRequest(DOMAIN, ENDPOINT),
      mapRequest(DOMAIN, { ...pages(IOVA, 0n), virtEnd: 0n }),
      mapRequest(DOMAIN, pages(IOVA, BigInt(GPA))),
    ];
    for (const request of requests) requestQueue.add({ readable: [request], writable: [4] });
    mmio.notify(0);
    const used = requests.map(() => requestQueue.expectUsed());
    expect(used.map(({ length, bytes }) => [length, bytes[0]])).toEqual([
      [4, VIRTIO_IOMMU_S_NOENT],
      [0, 0],
      [4, VIRTIO_IOMMU_S_OK],
      [4, VIRTIO_IOMMU_S_RANGE],
      [4, VIRTIO_IOMMU_S_OK],
    ]);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(true);
  });

  it('[E-bug-ch-bookkeeping A54 A60] what is refused leaves every table as it was', () => {
    const { driver, iommu } = startAttached({
      store: makeStore({ maxDomains: 1, maxMappings: 2 }),
    });
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA), READ_WRITE, 2n));
    driver.map(DOMAIN, pages(0x8000n, BigInt(GPA)));
    const before = iommu.state();
    const mappings = iommu.mappings(DOMAIN, 0n, 9);
    const statuses = [
      driver.map(DOMAIN, pages(0x9000n, 0n)),
      driver.map(DOMAIN, pages(0n, 0n, READ, 2n)),
      driver.unmap(DOMAIN, 0x2000n, 0x8fffn),
      driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT),
    ];
    expect(statuses).toEqual([
      VIRTIO_IOMMU_S_NOMEM,
      VIRTIO_IOMMU_S_INVAL,
      VIRTIO_IOMMU_S_RANGE,
      VIRTIO_IOMMU_S_NOMEM,
    ]);
    expect(iommu.state()).toEqual({ ...before, sequence: before.sequence + statuses.length });
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual(mappings);
    expect(driver.unmap(DOMAIN, 0n, 0xffffn)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.map(DOMAIN, pages(0x9000n, 0n))).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[E-bug-ch-bypass A22] an endpoint that was never attached works while bypass is 1', () => {
    const { iommu, memory, driver } = startIommu();
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    expect(canWrite(iommu, ENDPOINT, BigInt(GPA))).toBe(true);
    expect(memory.bytes[GPA]).toBe(0x5a);
  });
});

// What holds for every request, and who is in bypass mode (virtio 1.2, 5.13.6).

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  CONFIG_BYPASS,
  TAIL_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT, type StartedIommu } from '../rigs/iommu-rig.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../rigs/iommu-requests.ts';
import { toIova } from '../../src/memory/address.ts';
import { canRead, canWrite, pages } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const BYPASS_DOMAIN = 2;
const NO_DOMAIN = 3;
const NO_ENDPOINT = 77;
const F_BYPASS = VIRTIO_IOMMU_ATTACH_F_BYPASS;
const SEED = 52;
const PROBE_SIZE = 48;
const JUNK = 0xee;
const REGION = { kind: 'reserved', start: toIova(0x1000n), end: toIova(0x1fffn) } as const;
const PAGE = pages(0x1000n, 0x5000n);
const { features: DEFAULT_FEATURES } = DEFAULT_IOMMU_OPTIONS;
const WITHOUT_BYPASS_CONFIG = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_BYPASS_CONFIG;

/** Every request of a session that goes well, in order. */
const SESSION = [
  ['PROBE', probeRequest(ENDPOINT)],
  ['ATTACH', attachRequest(DOMAIN, ENDPOINT)],
  ['MAP', mapRequest(DOMAIN, PAGE)],
  ['UNMAP', unmapRequest(DOMAIN, 0x1000n, 0x1fffn)],
  ['DETACH', detachRequest(DOMAIN, ENDPOINT)],
] as const;

describe.each(STORES)('every request over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  /** ENDPOINT in a full domain, the other endpoint, which has a region on the domain's page, outside. */
  function startFull(): StartedIommu {
    const rig = startIommu({
      store: makeStore({ maxDomains: 2, maxMappings: 1 }),
      options: { probeSize: PROBE_SIZE },
      reserved: { [OTHER_ENDPOINT]: [REGION] },
    });
    rig.driver.attach(DOMAIN, ENDPOINT);
    rig.driver.map(DOMAIN, PAGE);
    return rig;
  }

  it.each([
    ['OK', attachRequest(DOMAIN, ENDPOINT), VIRTIO_IOMMU_S_OK],
    ['UNSUPP', attachRequest(DOMAIN, OTHER_ENDPOINT), VIRTIO_IOMMU_S_UNSUPP],
    ['INVAL', mapRequest(DOMAIN, PAGE), VIRTIO_IOMMU_S_INVAL],
    ['RANGE', unmapRequest(DOMAIN, 0x1000n, 0x17ffn), VIRTIO_IOMMU_S_RANGE],
    ['NOENT', detachRequest(DOMAIN, NO_ENDPOINT), VIRTIO_IOMMU_S_NOENT],
    ['NOMEM', mapRequest(DOMAIN, pages(0x8000n, 0n)), VIRTIO_IOMMU_S_NOMEM],
    ['INVAL for its length', mapRequest(DOMAIN, PAGE).subarray(0, 20), VIRTIO_IOMMU_S_INVAL],
  ])(
    '[A15 A18 A24] that ends with %s has four bytes of tail, all written',
    (_what, request, status) => {
      const { driver } = startFull();
      driver.framing = (readable, room) => ({ readable: [readable], writable: [room], fill: JUNK });
      const { length, bytes } = driver.send(request, TAIL_SIZE);
      expect(length).toBe(TAIL_SIZE);
      expect([...bytes]).toEqual([status, 0, 0, 0]);
    },
  );

  it.each([
    ['OK', ENDPOINT, VIRTIO_IOMMU_S_OK],
    ['NOENT', NO_ENDPOINT, VIRTIO_IOMMU_S_NOENT],
  ])(
    '[A18 A24 A71 B20] that is a PROBE and ends with %s has its whole reply written',
    (_what, endpoint, status) => {
      const { driver } = startFull();
      driver.framing = (readable, room) => ({ readable: [readable], writable: [room], fill: JUNK });
      const { length, bytes } = driver.send(probeRequest(endpoint), PROBE_SIZE + TAIL_SIZE);
      expect(length).toBe(PROBE_SIZE + TAIL_SIZE);
      expect(bytes.includes(JUNK)).toBe(false);
      expect([...bytes.subarray(PROBE_SIZE)]).toEqual([status, 0, 0, 0]);
    },
  );

  it('[A16 A14 B20] that goes back unwritten leaves its buffers as they were', () => {
    const { driver } = startFull();
    driver.framing = (readable, room) => ({ readable: [readable], writable: [room], fill: JUNK });
    for (const [request, room] of [
      [Uint8Array.of(6, 0, 0, 0), TAIL_SIZE],
      [attachRequest(DOMAIN, ENDPOINT), TAIL_SIZE - 1],
    ] as const) {
      const { length, bytes } = driver.send(request, room);
      expect([length, bytes.every((byte) => byte === JUNK)]).toEqual([0, true]);
    }
  });

  it('[A17 A25] is the same whatever the reserved bytes of its head are', () => {
    const { driver } = startIommu({ options: { probeSize: PROBE_SIZE } });
    for (const [name, request] of SESSION) {
      const room = name === 'PROBE' ? PROBE_SIZE + TAIL_SIZE : TAIL_SIZE;
      const { bytes } = driver.send(request.slice().fill(0xff, 1, 4), room);
      expect([name, bytes.at(-TAIL_SIZE)]).toEqual([name, VIRTIO_IOMMU_S_OK]);
    }
  });
});

describe.each(STORES)('bypass mode over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  // [offered, accepted, bypass, attached to, whether it is in bypass mode]
  const CONFIG = DEFAULT_FEATURES;
  const OLD = WITHOUT_BYPASS_CONFIG | VIRTIO_IOMMU_F_BYPASS;
  const NEITHER = WITHOUT_BYPASS_CONFIG;
  it.each([
    ['BYPASS_CONFIG, accepted, 1, unattached', CONFIG, CONFIG, true, 'nothing', true],
    ['BYPASS_CONFIG, accepted, 0, unattached', CONFIG, CONFIG, false, 'nothing', false],
    ['BYPASS_CONFIG, not accepted, 1, unattached', CONFIG, NEITHER, true, 'nothing', true],
    ['BYPASS_CONFIG, not accepted, 0, unattached', CONFIG, NEITHER, false, 'nothing', false],
    ['BYPASS_CONFIG, 1, in a domain', CONFIG, CONFIG, true, 'domain', false],
    ['BYPASS_CONFIG, 0, in a domain', CONFIG, CONFIG, false, 'domain', false],
    ['BYPASS_CONFIG, 1, in a bypass domain', CONFIG, CONFIG, true, 'bypass domain', true],
    ['BYPASS_CONFIG, 0, in a bypass domain', CONFIG, CONFIG, false, 'bypass domain', true],
    ['BYPASS, accepted, unattached', OLD, OLD, true, 'nothing', true],
    ['BYPASS, not accepted, unattached', OLD, NEITHER, true, 'nothing', false],
    ['BYPASS, accepted, in a domain', OLD, OLD, true, 'domain', false],
    ['neither, unattached', NEITHER, NEITHER, true, 'nothing', false],
    ['neither, in a domain', NEITHER, NEITHER, true, 'domain', false],
  ] as const)('[A22 A19] with %s', (...row) => {
    const [, features, accepts, bootBypass, attachedTo, isBypass] = row;
    const { driver, iommu } = startIommu({ options: { features, bootBypass }, accepts });
    const attach = {
      nothing: () => VIRTIO_IOMMU_S_OK,
      domain: () => driver.attach(DOMAIN, ENDPOINT),
      'bypass domain': () => driver.attach(BYPASS_DOMAIN, ENDPOINT, F_BYPASS),
    };
    expect(attach[attachedTo]()).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, 0x3000n)).toBe(isBypass);
    expect(canWrite(iommu, ENDPOINT, 0x3000n)).toBe(isBypass);
  });

  it('[A19] is over at once when the driver writes 0, for all unattached endpoints', () => {
    const { mmio, iommu, memory } = startIommu();
    const before = memory.bytes.slice(0, 0x8000);
    mmio.writeConfig(CONFIG_BYPASS, 1, 0);
    for (const endpoint of [ENDPOINT, OTHER_ENDPOINT]) {
      expect(canWrite(iommu, endpoint, 0x3000n, 64)).toBe(false);
      expect(canRead(iommu, endpoint, 0n)).toBe(false);
    }
    expect(Buffer.compare(memory.bytes.slice(0, 0x8000), before)).toBe(0);
  });

  it.each([
    ['unattached', (_rig: StartedIommu) => undefined],
    [
      'in a bypass domain',
      ({ driver }: StartedIommu) => driver.attach(BYPASS_DOMAIN, ENDPOINT, F_BYPASS),
    ],
  ])('[A23] translates every address to itself, %s', (_what, prepare) => {
    const rig = startIommu();
    prepare(rig);
    const port = rig.iommu.port(ENDPOINT);
    fc.assert(
      fc.property(fc.nat({ max: 0xf_0000 }), fc.uint8Array({ minLength: 1 }), (at, bytes) => {
        port.write(0, at, bytes);
        expect(rig.memory.bytes.slice(at, at + bytes.length)).toEqual(bytes);
        const back = new Uint8Array(bytes.length);
        port.read(0, at, back);
        expect(back).toEqual(bytes);
      }),
      { seed: SEED },
    );
    port.writeU16(0, 0x3002, 0x1234);
    port.writeU32(0, 0x3004, 0x89ab_cdef);
    expect([port.readU16(0, 0x3002), port.readU32(0, 0x3004)]).toEqual([0x1234, 0x89ab_cdef]);
    expect(rig.memory.readU32(0, 0x3004)).toBe(0x89ab_cdef);
  });
});

// One order for all requests (each row breaks two rules; the first of them decides)
describe.each(STORES)('precedence over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  const reservedAttach = attachRequest(DOMAIN, NO_ENDPOINT).fill(1, 16, 17);
  const reservedUnmap = unmapRequest(NO_DOMAIN, 0n, 0xfffn).fill(1, 24, 25);
  const map = (domain: number, virtStart: bigint, virtEnd: bigint, flags = 3): Uint8Array =>
    mapRequest(domain, { virtStart, virtEnd, physStart: 0n, flags });

  it.each([
    ['ATTACH: reserved before endpoint', reservedAttach, VIRTIO_IOMMU_S_INVAL],
    ['ATTACH: flags before endpoint', attachRequest(DOMAIN, NO_ENDPOINT, 2), VIRTIO_IOMMU_S_INVAL],
    ['ATTACH: endpoint before domain', attachRequest(99, NO_ENDPOINT), VIRTIO_IOMMU_S_NOENT],
    [
      'ATTACH: bypass before compatibility',
      attachRequest(DOMAIN, OTHER_ENDPOINT, F_BYPASS),
      VIRTIO_IOMMU_S_INVAL,
    ],
    ['DETACH: endpoint before domain', detachRequest(NO_DOMAIN, NO_ENDPOINT), VIRTIO_IOMMU_S_NOENT],
    ['MAP: flags before domain', map(NO_DOMAIN, 0n, 0xfffn, 8), VIRTIO_IOMMU_S_INVAL],
    ['MAP: domain before range', map(NO_DOMAIN, 0x1000n, 0xfffn), VIRTIO_IOMMU_S_NOENT],
    ['MAP: bypass before alignment', map(BYPASS_DOMAIN, 1n, 0xfffn), VIRTIO_IOMMU_S_INVAL],
    ['MAP: alignment before overlap', map(DOMAIN, 0x1001n, 0x1fffn), VIRTIO_IOMMU_S_RANGE],
    [
      'MAP: input range before reserved',
      map(DOMAIN, 0xfee0_0000n, 0x1_0000_0fffn),
      VIRTIO_IOMMU_S_RANGE,
    ],
    ['MAP: overlap before room', map(DOMAIN, 0n, 0x1fffn), VIRTIO_IOMMU_S_INVAL],
    ['UNMAP: reserved before domain', reservedUnmap, VIRTIO_IOMMU_S_INVAL],
    ['UNMAP: domain before range', unmapRequest(NO_DOMAIN, 1n, 0n), VIRTIO_IOMMU_S_NOENT],
    ['UNMAP: bypass before range', unmapRequest(BYPASS_DOMAIN, 1n, 0n), VIRTIO_IOMMU_S_INVAL],
  ])('[A.10] of %s, and nothing changes', (_what, request, status) => {
    const { driver, iommu } = startIommu({
      store: makeStore({ maxDomains: 1, maxMappings: 1 }),
      options: { domainRange: { start: 0, end: 9 } },
      reserved: { [OTHER_ENDPOINT]: [REGION] },
    });
    iommu.addEndpoint(NO_ENDPOINT + 1);
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    driver.attach(BYPASS_DOMAIN, NO_ENDPOINT + 1, F_BYPASS);
    const before = iommu.state();
    expect(driver.status(request)).toBe(status);
    expect(iommu.state()).toEqual({ ...before, sequence: before.sequence + 1 });
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([PAGE]);
  });

  it('[A.10] of PROBE: room before endpoint', () => {
    const { driver } = startIommu({ options: { probeSize: PROBE_SIZE } });
    const { bytes } = driver.send(probeRequest(NO_ENDPOINT), PROBE_SIZE);
    expect(bytes.at(-TAIL_SIZE)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[A.10] of what no driver may ask: the feature before flags and domain', () => {
    const { driver } = startIommu({ accepts: VIRTIO_IOMMU_F_BYPASS_CONFIG });
    expect(driver.status(map(NO_DOMAIN, 1n, 0n, 8))).toBe(VIRTIO_IOMMU_S_UNSUPP);
    expect(driver.status(reservedUnmap)).toBe(VIRTIO_IOMMU_S_UNSUPP);
  });

  it('[A.10] of sizes: room for a tail before type, type before length', () => {
    const { driver } = startIommu();
    expect(driver.send(Uint8Array.of(9), 3).length).toBe(0);
    expect(driver.send(Uint8Array.of(9), TAIL_SIZE).length).toBe(0);
    expect(driver.send(Uint8Array.of(3), TAIL_SIZE).length).toBe(TAIL_SIZE);
  });
});

// Vectors for a virtio-iommu that no other device's tests have.

import { describe, expect, it } from 'vitest';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  CONFIG_BYPASS,
  TAIL_SIZE,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_OK,
} from '../../src/iommu/protocol/protocol.ts';
import type { Iova } from '../../src/memory/address.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import type { Framing } from '../rigs/iommu-driver.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../rigs/iommu-requests.ts';
import { MirrorDevice } from '../rigs/mirror-device.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';
import { RecordingLine } from '../rigs/virtio-rig.ts';
import {
  VIRTIO_F_ACCESS_PLATFORM,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_VERSION_1,
} from '../../src/virtio/features.ts';
import { MmioTransport } from '../../src/virtio/mmio-transport.ts';
import { canRead, canWrite, pages, WRITE } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const OTHER_DOMAIN = 2;
const F_BYPASS = VIRTIO_IOMMU_ATTACH_F_BYPASS;
const IOVA = 0x1000n;
const MAX_U64 = (1n << 64n) - 1n;
const PROBE_SIZE = 32;
const OK = VIRTIO_IOMMU_S_OK;
const { features: DEFAULT_FEATURES, probeSize } = DEFAULT_IOMMU_OPTIONS;
const WHOLE_SPACE = { features: DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_INPUT_RANGE };

const byteByByte = (bytes: Uint8Array): Uint8Array[] =>
  Array.from(bytes, (byte) => Uint8Array.of(byte));
const ones = (length: number): number[] => Array.from({ length }, () => 1);

const FRAMINGS: readonly (readonly [string, Framing])[] = [
  ['the writable part', (readable, room) => ({ readable: [readable], writable: ones(room) })],
  ['the readable part', (readable, room) => ({ readable: byteByByte(readable), writable: [room] })],
  ['both', (readable, room) => ({ readable: byteByByte(readable), writable: ones(room) })],
  [
    'both, indirect',
    (readable, room) => ({
      readable: byteByByte(readable),
      writable: ones(room),
      directDescriptors: 0,
    }),
  ],
];

describe.each(STORES)('vector over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it.each([16, 17, 18, 19])('[F1 A26] ATTACH with reserved byte %i set: INVAL', (at) => {
    const { driver } = startIommu();
    for (const value of [1, 0x80, 0xff]) {
      const request = attachRequest(DOMAIN, ENDPOINT).fill(value, at, at + 1);
      expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_INVAL);
    }
  });

  it.each([2, 0x8000_0000])('[F1 A27] ATTACH with flags 0x%x: INVAL', (flags) => {
    expect(startIommu().driver.attach(DOMAIN, ENDPOINT, flags)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[F2 A38] DETACH with reserved bytes of 0xff: OK, and done', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    const request = detachRequest(DOMAIN, ENDPOINT).fill(0xff, 12, 20);
    expect(driver.status(request)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iommu.state().domains).toEqual([]);
  });

  it.each([
    ['a bypass domain', F_BYPASS, 0],
    ['a domain', 0, F_BYPASS],
  ])(
    '[F3 A30] ATTACH to %s as to one of the other kind: INVAL, all as before',
    (_what, kind, flags) => {
      const { driver, iommu, memory } = startIommu();
      driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT, kind);
      driver.attach(DOMAIN, ENDPOINT);
      driver.map(DOMAIN, pages(IOVA, 0x5000n));
      expect(driver.attach(OTHER_DOMAIN, ENDPOINT, flags)).toBe(VIRTIO_IOMMU_S_INVAL);
      expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(true);
      expect(memory.bytes[0x5000]).toBe(0x5a);
    },
  );

  it('[F4 A36] ATTACH to the same domain twice: the mappings stay in use', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, 0x5000n));
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(true);
    expect(memory.bytes[0x5000]).toBe(0x5a);
  });

  it('[F5 A43] MAP of the last page: OK, and usable to its last byte', () => {
    const { driver, iommu, memory } = startIommu({ options: WHOLE_SPACE });
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.map(DOMAIN, pages(MAX_U64 - 0xfffn, 0x5000n))).toBe(VIRTIO_IOMMU_S_OK);
    expect(canWrite(iommu, ENDPOINT, MAX_U64)).toBe(true);
    expect(memory.bytes[0x5fff]).toBe(0x5a);
  });

  it('[F6 A61 A63] UNMAP of 0 to 2^64-1: OK, everything gone', () => {
    const { driver, iommu } = startIommu({ options: WHOLE_SPACE });
    driver.attach(DOMAIN, ENDPOINT);
    const iovas = [0n, IOVA, 0xffff_f000n, 1n << 32n, 1n << 63n, MAX_U64 - 0xfffn];
    for (const iova of iovas) driver.map(DOMAIN, pages(iova, 0n));
    expect(iommu.mappings(DOMAIN, 0n, 99)).toHaveLength(iovas.length);
    expect(driver.unmap(DOMAIN, 0n, MAX_U64)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iovas.some((iova) => canRead(iommu, ENDPOINT, iova))).toBe(false);
  });

  it.each([
    ['all of the MSI region', 0xfee0_0000n, 0x100n, VIRTIO_IOMMU_S_INVAL],
    ['a page over its start', 0xfedf_f000n, 2n, VIRTIO_IOMMU_S_INVAL],
    ['a page over its end', 0xfeef_f000n, 2n, VIRTIO_IOMMU_S_INVAL],
    ['the page below it', 0xfedf_f000n, 1n, VIRTIO_IOMMU_S_OK],
    ['the page above it', 0xfef0_0000n, 1n, VIRTIO_IOMMU_S_OK],
  ])('[F7 A76] MAP of %s', (_what, iova, count, status) => {
    const { driver } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    expect(driver.map(DOMAIN, pages(iova, 0n, WRITE, count))).toBe(status);
  });

  it('[F8 A70 C2] PROBE into every length up to probe_size + 3: 0, then INVAL, never a property', () => {
    const { driver } = startIommu({ options: { probeSize: PROBE_SIZE } });
    for (let room = 0; room < PROBE_SIZE + TAIL_SIZE; room++) {
      driver.framing = (readable, room) => ({
        readable: [readable],
        writable: room > 0 ? [room] : [],
      });
      const { bytes, length } = driver.send(probeRequest(ENDPOINT), room);
      const expected = new Uint8Array(room);
      if (room >= TAIL_SIZE) expected[room - TAIL_SIZE] = VIRTIO_IOMMU_S_INVAL;
      expect({ length, bytes }).toEqual({ length: room < TAIL_SIZE ? 0 : room, bytes: expected });
    }
  });

  it.each(FRAMINGS)(
    '[F9 A13 B30] each request with %s in descriptors of a byte',
    (_what, framing) => {
      const { driver } = startIommu({
        options: { probeSize: PROBE_SIZE },
        accepts: DEFAULT_FEATURES | VIRTIO_F_INDIRECT_DESC,
      });
      driver.framing = framing;
      const map = mapRequest(DOMAIN, pages(IOVA, 0n));
      const unmap = unmapRequest(DOMAIN, 0n, 0xffffn);
      const requests = [attachRequest(DOMAIN, ENDPOINT), map, map, unmap];
      const statuses = [...requests, detachRequest(DOMAIN, ENDPOINT)].map((request) =>
        driver.status(request),
      );
      expect(statuses).toEqual([OK, OK, VIRTIO_IOMMU_S_INVAL, OK, OK]);
      const { length, bytes } = driver.probe(ENDPOINT, PROBE_SIZE);
      expect([length, bytes[0], bytes[PROBE_SIZE]]).toEqual([PROBE_SIZE + TAIL_SIZE, 1, OK]);
    },
  );

  it.each([0, 1])('[F10 A7] bypass %i outlives status 0; domains do not', (bypass) => {
    const { driver, iommu, mmio } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(OTHER_DOMAIN, OTHER_ENDPOINT, F_BYPASS);
    mmio.writeConfig(CONFIG_BYPASS, 1, bypass);
    mmio.reset();
    expect(mmio.readConfig(CONFIG_BYPASS, 1)).toBe(bypass);
    expect(iommu.state().domains).toEqual([]);
    for (const endpoint of [ENDPOINT, OTHER_ENDPOINT]) {
      expect(canRead(iommu, endpoint, 0x3000n)).toBe(bypass === 1);
    }
  });

  it.each([
    ['descriptor table', 'descriptorArea', 16 * 16],
    ['available ring', 'driverArea', 6 + 2 * 16],
    ['used ring', 'deviceArea', 6 + 8 * 16],
  ] as const)(
    '[F12 B31 B34] an endpoint whose %s is not mapped: reported, not written',
    (...row) => {
      const [, area, length] = row;
      const { driver, iommu, memory } = startIommu({ options: { pageSizeMask: 1n } });
      driver.attach(DOMAIN, ENDPOINT);
      driver.addEventBuffers(4);
      const transport = new MmioTransport<Iova>({
        device: new MirrorDevice(),
        memory: iommu.port(ENDPOINT),
        interruptLine: new RecordingLine(),
        offersAccessPlatform: true,
      });
      const endpointDriver = new MmioDriver(transport, new DriverMemory(memory, 0x1_0000, 0x8000));
      const features = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM;
      const [queue] = endpointDriver.start(features, [{ bufferBytes: 0x1000, size: 16 }]);
      const hole = queue?.[area] ?? 0;
      for (const [from, to] of [
        [0x1_0000, hole - 1],
        [hole + length, 0x1_7fff],
      ]) {
        const virtStart = BigInt(from ?? 0);
        const fields = { virtStart, virtEnd: BigInt(to ?? 0), physStart: virtStart, flags: 3 };
        if (virtStart < fields.virtEnd) driver.map(DOMAIN, fields);
      }
      queue?.add({ readable: [Uint8Array.of(1)], writable: [1] });
      const before = memory.bytes.slice(hole, hole + length);
      endpointDriver.notify(0);
      expect(endpointDriver.needsReset).toBe(true);
      expect(memory.bytes.slice(hole, hole + length)).toEqual(before);
      const [fault, ...others] = driver.takeFaults();
      expect([fault?.reason, fault?.endpoint]).toEqual([VIRTIO_IOMMU_FAULT_R_MAPPING, ENDPOINT]);
      expect(Number(fault?.address ?? 0n) - hole).toBeLessThan(length);
      expect(Number(fault?.address ?? 0n)).toBeGreaterThanOrEqual(hole);
      expect(others).toEqual([]);
    },
  );

  it('[F13 A49 A53] reading a write-only page: 0x101; a page without rights: both kinds', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, 0x5000n, WRITE));
    driver.map(DOMAIN, pages(0x2000n, 0x6000n, 0));
    driver.addEventBuffers(4);
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(true);
    expect(canRead(iommu, ENDPOINT, IOVA)).toBe(false);
    expect(canRead(iommu, ENDPOINT, 0x2000n)).toBe(false);
    expect(canWrite(iommu, ENDPOINT, 0x2000n)).toBe(false);
    expect(driver.takeFaults().map(({ flags }) => flags)).toEqual([0x101, 0x101, 0x102]);
  });

  it('[F14 A84] 257 faults, four buffers: the first four in order, the others dropped and known', () => {
    const { driver, iommu, events } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.addEventBuffers(4);
    const iovas = Array.from({ length: 257 }, (_, index) => BigInt(index) * 0x1000n);
    for (const iova of iovas) canRead(iommu, ENDPOINT, iova);
    expect(driver.takeFaults().map(({ address }) => address)).toEqual(iovas.slice(0, 4));
    const faults = events.filter((event) => event.kind === 'faulted');
    expect(faults.map(({ address }) => address)).toEqual(iovas);
    expect(faults.map(({ isReported }) => isReported)).toEqual(iovas.map((_, at) => at < 4));
  });

  it('[F15 A22] BYPASS_CONFIG offered, not accepted, bypass 1: unattached DMA goes through', () => {
    const accepts = DEFAULT_FEATURES & ~VIRTIO_IOMMU_F_BYPASS_CONFIG;
    const { driver, iommu, memory } = startIommu({ accepts });
    expect(canWrite(iommu, ENDPOINT, 0x3000n)).toBe(true);
    expect(memory.bytes[0x3000]).toBe(0x5a);
    expect(driver.probe(ENDPOINT, probeSize).length).toBe(probeSize + TAIL_SIZE);
  });
});

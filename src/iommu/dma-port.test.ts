// A DmaPort as a bus master uses it: whole buffers, in pieces or not, all or nothing.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { BusError } from '../memory/address-space.ts';
import {
  createIommuRig,
  ENDPOINT,
  OTHER_ENDPOINT,
  RAM_BYTES,
  startIommu,
} from '../../test/rigs/iommu-rig.ts';
import { MAX_SEGMENTS } from './store/mapping-store.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from './protocol/protocol.ts';

const DOMAIN = 1;
const READ_WRITE = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;
const PAGE = 0x1000;
const BEYOND_RAM = BigInt(RAM_BYTES);
/** Where a 32-bit half ends: the buffers below cross it. */
const EDGE = 0xffff_f000n;

describe.each(STORES)('over a %s', (_name, makeStore) => {
  /** IOVA pages from `EDGE` on, across 4 GiB, each to the GPA given. */
  function start(gpas: readonly bigint[], flags: readonly number[] = []) {
    const options = { features: DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_INPUT_RANGE };
    const rig = startIommu({ store: makeStore(), options });
    rig.driver.attach(DOMAIN, ENDPOINT);
    gpas.forEach((physStart, index) => {
      const virtStart = EDGE + BigInt(index * PAGE);
      const virtEnd = virtStart + BigInt(PAGE - 1);
      const rights = flags[index] ?? READ_WRITE;
      rig.driver.map(DOMAIN, { virtStart, virtEnd, physStart, flags: rights });
    });
    return { ...rig, port: rig.iommu.port(ENDPOINT) };
  }

  it('[A51] splits a buffer over scattered pages, and joins it again', () => {
    const { port, memory } = start([0x9000n, 0x3000n, 0x6000n]);
    const buffer = Uint8Array.from({ length: 2 * PAGE + 1 }, (_, index) => index * 7);
    port.write(0, 0xffff_ffff, buffer);
    expect(memory.bytes[0x9fff]).toBe(buffer[0]);
    expect(memory.bytes.slice(0x3000, 0x4000)).toEqual(buffer.slice(1, PAGE + 1));
    expect(memory.bytes.slice(0x6000, 0x7000)).toEqual(buffer.slice(PAGE + 1, 2 * PAGE + 1));
    expect(memory.bytes[0x7000]).toBe(0);
    const back = new Uint8Array(2 * PAGE + 1);
    port.read(0, 0xffff_ffff, back);
    expect(back).toEqual(buffer);
  });

  it('[A48 B34] writes nothing of a buffer whose last byte may not be written', () => {
    const { port, memory } = start([0x9000n, 0x3000n, 0x6000n], [3, 3, VIRTIO_IOMMU_MAP_F_READ]);
    const before = memory.bytes.slice(0, 0xa000);
    expect(() => port.write(0, 0xffff_f000, new Uint8Array(2 * PAGE + 1).fill(1))).toThrow(
      BusError,
    );
    expect(Buffer.compare(memory.bytes.slice(0, 0xa000), before)).toBe(0);
  });

  it('[A52] writes nothing of a buffer of which a later piece lies outside RAM', () => {
    const { port, memory, events } = start([0x9000n, BEYOND_RAM]);
    const before = memory.bytes.slice(0, 0xa000);
    expect(() => port.write(0, 0xffff_f000, new Uint8Array(2 * PAGE).fill(1))).toThrow(BusError);
    expect(Buffer.compare(memory.bytes.slice(0, 0xa000), before)).toBe(0);
    expect(events.some(({ kind }) => kind === 'faulted')).toBe(false);
  });

  it('[A51] reads and writes words across pages, at any alignment', () => {
    const { port, memory } = start([0x9000n, 0x3000n]);
    port.writeU32(0, 0xffff_fffe, 0x4433_2211);
    expect([0x9ffe, 0x9fff, 0x3000, 0x3001].map((gpa) => memory.bytes[gpa])).toEqual([
      0x11, 0x22, 0x33, 0x44,
    ]);
    expect(port.readU32(0, 0xffff_fffe)).toBe(0x4433_2211);
    port.writeU16(0, 0xffff_ffff, 0xbeef);
    expect(port.readU16(0, 0xffff_ffff)).toBe(0xbeef);
    expect([memory.bytes[0x9fff], memory.bytes[0x3000]]).toEqual([0xef, 0xbe]);
    port.writeU16(1, 0x10, 0x1234);
    port.writeU32(1, 0x20, 0x89ab_cdef);
    expect([port.readU16(1, 0x10), port.readU32(1, 0x20)]).toEqual([0x1234, 0x89ab_cdef]);
    expect(memory.readU32(0, 0x3020)).toBe(0x89ab_cdef);
  });

  it('takes an access of no bytes for none', () => {
    const { port, iommu } = start([]);
    port.read(0, 0, new Uint8Array(0));
    port.write(0, 0, new Uint8Array(0));
    expect(iommu.state().endpoints[0]).toMatchObject({ translated: 0, blocked: 0 });
  });

  it('counts accesses and bytes by outcome, for each endpoint', () => {
    const { port, iommu } = start([0x9000n, 0x3000n]);
    port.readU32(0, 0xffff_f000);
    port.write(0, 0xffff_ff00, new Uint8Array(0x200));
    expect(() => port.readU16(0, 0)).toThrow(BusError);
    iommu.port(OTHER_ENDPOINT).readU16(0, 0);
    expect(iommu.state().endpoints).toMatchObject([
      { translated: 2, translatedBytes: 0x204, blocked: 1, blockedBytes: 2, bypassed: 0 },
      { translated: 0, bypassed: 1, bypassedBytes: 2, blocked: 0 },
    ]);
  });

  // Two bytes a mapping, since virt_end must be above virt_start; three bytes apart in memory
  describe('of more pieces than one answer holds', () => {
    const PIECES = 2 * MAX_SEGMENTS + 5;
    /** The first answer ends above 4 GiB. */
    const BASE = (1n << 32n) - 1000n;
    const BASE_LOW = 2 ** 32 - 1000;

    function startScattered(pieces: number) {
      const features = DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_INPUT_RANGE;
      const options = { pageSizeMask: 1n, features };
      const rig = startIommu({ store: makeStore(), options });
      rig.driver.attach(DOMAIN, ENDPOINT);
      for (let piece = 0; piece < pieces; piece++) {
        const virtStart = BASE + BigInt(2 * piece);
        const physStart = BigInt(3 * piece);
        const fields = { virtStart, virtEnd: virtStart + 1n, physStart, flags: READ_WRITE };
        rig.driver.map(DOMAIN, fields);
      }
      return { ...rig, port: rig.iommu.port(ENDPOINT) };
    }

    it('moves every byte and counts one access', () => {
      const { port, memory, iommu } = startScattered(PIECES);
      const buffer = Uint8Array.from({ length: 2 * PIECES }, (_, index) => 1 + (index % 251));
      port.write(0, BASE_LOW, buffer);
      const stored = Array.from(buffer, (_, index) => memory.bytes[index + Math.floor(index / 2)]);
      expect(stored).toEqual([...buffer]);
      const back = new Uint8Array(buffer.length);
      port.read(0, BASE_LOW, back);
      expect(back).toEqual(buffer);
      expect(iommu.state().endpoints[0]).toMatchObject({
        translated: 2,
        translatedBytes: 4 * PIECES,
      });
    });

    it('moves nothing when the last piece is missing', () => {
      const { port, memory, driver, iommu } = startScattered(PIECES - 1);
      driver.addEventBuffers(1);
      const buffer = new Uint8Array(2 * PIECES).fill(1);
      expect(() => port.write(0, BASE_LOW, buffer)).toThrow(BusError);
      expect(memory.bytes.subarray(0, 3 * PIECES).every((byte) => byte === 0)).toBe(true);
      expect(driver.takeFaults()).toMatchObject([{ address: BASE + BigInt(2 * PIECES - 2) }]);
      const { translated, blocked, blockedBytes } = iommu.state().endpoints[0] ?? {};
      expect([translated, blocked, blockedBytes]).toEqual([0, 1, buffer.length]);
    });
  });
});

describe('before a driver', () => {
  it('[A6 A22 A23] lets every endpoint through in boot bypass', () => {
    const { iommu, memory, events } = createIommuRig();
    iommu.port(ENDPOINT).write(0, 0x100, Uint8Array.of(1, 2, 3));
    expect([...memory.bytes.subarray(0x100, 0x103)]).toEqual([1, 2, 3]);
    expect(() => iommu.port(ENDPOINT).readU16(1, 0)).toThrow(BusError);
    expect(events).toEqual([]);
  });

  it('knows no port of an endpoint that was never added', () => {
    expect(() => createIommuRig().iommu.port(77)).toThrow('endpoint 77');
  });
});

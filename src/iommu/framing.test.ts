// Requests in every framing, and bytes that are no request (virtio 1.2, 2.6.4 and 5.13.6.2).

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, iommuRigsOver, RAM_BYTES } from '../../test/rigs/iommu-rig.ts';
import { PLAIN_FRAMING, type Framing } from '../../test/rigs/iommu-driver.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../../test/rigs/iommu-requests.ts';
import { VIRTIO_F_INDIRECT_DESC } from '../virtio/features.ts';
import type { WireRequest } from './events/wire-request.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  TAIL_SIZE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
} from './protocol/protocol.ts';

const DOMAIN = 1;
const PAGE = { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: 0x5000n, flags: 3 };
const PROBE_SIZE = 40;
const SEED = 21;

function cut(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, index) =>
    bytes.slice(index * length, (index + 1) * length),
  );
}

const BYTE_PER_DESCRIPTOR: Framing = (readable, writableLength) => ({
  readable: cut(readable, 1),
  writable: Array.from({ length: writableLength }, () => 1),
});

const THREE_BYTES_INDIRECT: Framing = (readable, writableLength) => ({
  readable: cut(readable, 3),
  writable: cut(new Uint8Array(writableLength), 3).map(({ length }) => length),
  directDescriptors: 0,
});

const DIRECT_THEN_INDIRECT: Framing = (...request) => ({
  ...BYTE_PER_DESCRIPTOR(...request),
  directDescriptors: 5,
});

/** A request is the device's own, and another one before long. */
function copyOf(request: WireRequest | undefined): unknown {
  if (request === undefined) return undefined;
  const { readableLength, writableLength, writtenLength, readable, written } = request;
  const { readableDescriptors, writableDescriptors } = request;
  const framing = { readableDescriptors, writableDescriptors };
  const lengths = { readableLength, writableLength, writtenLength };
  return structuredClone({ ...lengths, ...framing, readable, written });
}

describe.each(STORES)('over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  describe.each([
    ['one descriptor each way', PLAIN_FRAMING],
    ['a byte per descriptor', BYTE_PER_DESCRIPTOR],
    ['three bytes per indirect descriptor', THREE_BYTES_INDIRECT],
    ['a byte per descriptor, the tail of the chain indirect', DIRECT_THEN_INDIRECT],
  ])('in %s', (_framing, framing) => {
    it('[A13 A15 B30 C24 F9] executes every request and writes its reply', () => {
      const { driver, iommu } = startIommu({
        options: { probeSize: PROBE_SIZE },
        accepts: DEFAULT_IOMMU_OPTIONS.features | VIRTIO_F_INDIRECT_DESC,
      });
      driver.framing = framing;
      const probed = driver.probe(ENDPOINT, PROBE_SIZE);
      expect(probed.length).toBe(PROBE_SIZE + TAIL_SIZE);
      expect([...probed.bytes.subarray(0, 5)]).toEqual([1, 0, 20, 0, 1]);
      expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
      expect(driver.map(DOMAIN, PAGE)).toBe(VIRTIO_IOMMU_S_OK);
      expect(driver.unmap(DOMAIN, 0x1000n, 0x17ffn)).toBe(VIRTIO_IOMMU_S_RANGE);
      expect(iommu.mappings(DOMAIN, 0n, 2)).toEqual([PAGE]);
      expect(driver.unmap(DOMAIN, 0x1000n, 0x1fffn)).toBe(VIRTIO_IOMMU_S_OK);
      expect(driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    });
  });

  it('gives who listens the request as it was on the wire, and nobody else', () => {
    const { driver, iommu } = startIommu({ options: { probeSize: PROBE_SIZE } });
    const requests: unknown[] = [];
    iommu.onEvent(() => requests.push(copyOf(iommu.request)));
    driver.framing = BYTE_PER_DESCRIPTOR;
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN + 1, PAGE);
    driver.probe(ENDPOINT, PROBE_SIZE);
    driver.send(Uint8Array.of(0x7f, 1, 2), 2);
    const lengths = { writableLength: TAIL_SIZE, writtenLength: TAIL_SIZE };
    expect(requests).toMatchObject([
      { readable: attachRequest(DOMAIN, ENDPOINT), written: Uint8Array.of(0, 0, 0, 0), ...lengths },
      {
        readable: mapRequest(DOMAIN + 1, PAGE),
        written: Uint8Array.of(VIRTIO_IOMMU_S_NOENT, 0, 0, 0),
        ...lengths,
      },
      { readable: probeRequest(ENDPOINT), writtenLength: PROBE_SIZE + TAIL_SIZE },
      {
        readable: Uint8Array.of(0x7f, 1, 2),
        written: new Uint8Array(0),
        readableLength: 3,
        writableLength: 2,
        readableDescriptors: 3,
        writableDescriptors: 2,
        writtenLength: 0,
      },
    ]);
    expect(iommu.request).toBeUndefined();
  });

  const REQUESTS = [
    ['ATTACH', attachRequest(DOMAIN, ENDPOINT)],
    ['DETACH', detachRequest(DOMAIN, ENDPOINT)],
    ['MAP', mapRequest(DOMAIN, PAGE)],
    ['UNMAP', unmapRequest(DOMAIN, 0n, 0xfffn)],
    ['PROBE', probeRequest(ENDPOINT)],
  ] as const;

  describe.each(REQUESTS)('a broken %s', (name, request) => {
    const tailRoom = name === 'PROBE' ? PROBE_SIZE + TAIL_SIZE : TAIL_SIZE;

    it('[A14 A24] is rejected with INVAL while it is too short for its type', () => {
      const { driver, events, iommu } = startIommu({ options: { probeSize: PROBE_SIZE } });
      for (let length = 1; length < request.length; length++) {
        const used = driver.send(request.subarray(0, length), tailRoom);
        expect([used.length, used.bytes[tailRoom - TAIL_SIZE]]).toEqual([
          tailRoom,
          VIRTIO_IOMMU_S_INVAL,
        ]);
        expect(events.at(-1)).toMatchObject({ kind: 'ignored', readableBytes: length });
      }
      expect(iommu.state().domains).toEqual([]);
    });

    it.each([0, 1, 2, 3])(
      '[A14 B20] changes nothing when %i bytes are too few for a tail',
      (room) => {
        const { driver, iommu, mmio } = startIommu();
        driver.framing = (readable) => ({ readable: [readable], writable: room > 0 ? [room] : [] });
        const used = driver.send(request, room);
        expect(used.length).toBe(0);
        expect(used.bytes.every((byte) => byte === 0)).toBe(true);
        expect(iommu.state().domains).toEqual([]);
        expect(mmio.needsReset).toBe(false);
      },
    );

    it('[A72 C24] is executed when bytes follow it', () => {
      const { driver } = startIommu({ options: { probeSize: PROBE_SIZE } });
      driver.attach(DOMAIN, ENDPOINT);
      const longer = new Uint8Array(request.length + 100).fill(0xff);
      longer.set(request);
      const used = driver.send(longer, tailRoom + 100);
      expect([used.length, used.bytes[tailRoom - TAIL_SIZE]]).toEqual([
        tailRoom,
        VIRTIO_IOMMU_S_OK,
      ]);
    });
  });

  describe('what is no request', () => {
    it.each([0, 6, 0x7f, 0xff])('[A16] of type %i goes back unwritten', (type) => {
      const { driver, events, mmio } = startIommu();
      const used = driver.send(new Uint8Array(72).fill(type, 0, 1), 600);
      expect(used.length).toBe(0);
      expect(used.bytes.every((byte) => byte === 0)).toBe(true);
      expect(events.at(-1)).toMatchObject({ kind: 'ignored', type, status: null });
      expect(mmio.needsReset).toBe(false);
    });

    it('[A14] without any readable byte goes back unwritten', () => {
      const { driver, events } = startIommu();
      driver.framing = (_readable, room) => ({ writable: [room] });
      expect(driver.send(new Uint8Array(0), TAIL_SIZE).length).toBe(0);
      expect(events.at(-1)).toMatchObject({ kind: 'ignored', type: 0, readableBytes: 0 });
    });
  });

  describe('a hostile driver', () => {
    it('[B18 A14] never makes the device throw, whatever bytes it sends', () => {
      const { driver, iommu, memory } = startIommu();
      const untouched = memory.bytes.slice(0, RAM_BYTES / 2);
      const number = fc.oneof(fc.constantFrom(0, 1, ENDPOINT), fc.nat({ max: 0xff }));
      const bytes = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.array(number, { maxLength: 80 }));
      fc.assert(
        fc.property(bytes, fc.integer({ min: 1, max: 40 }), ([type, rest], room) => {
          const { length } = driver.send(Uint8Array.from([type, ...rest]), room);
          expect(length).toBeLessThanOrEqual(room);
          iommu.state();
        }),
        { seed: SEED, numRuns: 1500 },
      );
      expect(Buffer.compare(memory.bytes.slice(0, RAM_BYTES / 2), untouched)).toBe(0);
    });

    it('[A87 B13] breaks the device, not the host, with a reply buffer outside memory', () => {
      const { driver, mmio, iommu, memory } = startIommu();
      memory.bytes.set(attachRequest(DOMAIN, ENDPOINT), 0);
      const { requestQueue } = driver;
      requestQueue.writeDescriptor(200, { address: 0n, length: 20, flags: 1, next: 201 });
      requestQueue.writeDescriptor(201, { address: 1n << 40n, length: 4, flags: 2, next: 0 });
      requestQueue.makeAvailable(200);
      mmio.notify(0);
      expect(mmio.needsReset).toBe(true);
      mmio.reset();
      expect(iommu.state().domains).toEqual([]);
    });

    it('[B24 A15] gets all replies of one notification, in order', () => {
      const { driver, mmio } = startIommu();
      driver.attach(DOMAIN, ENDPOINT);
      const { requestQueue } = driver;
      const pages = Array.from({ length: 100 }, (_, page) => BigInt(page) * 0x1000n);
      const heads = pages.map((page) => {
        const fields = { virtStart: page, virtEnd: page + 0xfffn, physStart: 0n, flags: 3 };
        return requestQueue.add({ readable: [mapRequest(DOMAIN, fields)], writable: [TAIL_SIZE] });
      });
      mmio.notify(0);
      expect(heads.map(() => requestQueue.expectUsed().head)).toEqual(heads);
    });
  });
});

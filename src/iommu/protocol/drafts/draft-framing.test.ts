// Requests of each draft cut into descriptors anywhere, cut short anywhere, or made of noise (the mail of August 2017
// leaves framing to the transport; virtio 1.2, 2.6.4 and 5.13.6.2).

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { startDraft } from '../../../../test/rigs/draft-driver.ts';
import { DRAFT_REQUESTS, DRAFTS } from '../../../../test/rigs/draft-requests.ts';
import { ENDPOINT, RAM_BYTES } from '../../../../test/rigs/iommu-rig.ts';
import { PLAIN_FRAMING, type Framing } from '../../../../test/rigs/iommu-driver.ts';
import { VIRTIO_F_INDIRECT_DESC } from '../../../virtio/features.ts';

const DOMAIN = 1;
const PAGE = { start: 0x1000n, end: 0x1fffn, physical: 0x5000n, flags: 3 };
const PROBE_SIZE = 40;
const TAIL_BYTES = 4;
const OK = 0;
const INVAL = 4;
const SEED = 23;

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

const INDIRECT: Framing = (...request) => ({
  ...BYTE_PER_DESCRIPTOR(...request),
  directDescriptors: 3,
});

/** Two readable and two writable descriptors, the first of each of these lengths. */
function cutAt(readableCut: number, writableCut: number): Framing {
  return (readable, writableLength) => ({
    readable: [readable.slice(0, readableCut), readable.slice(readableCut)],
    writable: [writableCut, writableLength - writableCut],
  });
}

describe.each(DRAFTS)('%s', (draft) => {
  const requests = DRAFT_REQUESTS[draft];
  const rows = [
    ['ATTACH', 'attach', requests.attach(DOMAIN, ENDPOINT)],
    ['DETACH', 'detach', requests.detach(DOMAIN, ENDPOINT)],
    ['MAP', 'map', requests.map(DOMAIN, PAGE)],
    ['UNMAP', 'unmap', requests.unmap(DOMAIN, 0n, 0xfffn)],
    ['PROBE', 'probe', requests.probe(ENDPOINT)],
  ] as const;
  const start = () => startDraft(draft, { options: { probeSize: PROBE_SIZE } });

  it.each([
    ['a byte per descriptor', BYTE_PER_DESCRIPTOR],
    ['a byte per descriptor, most of them indirect', INDIRECT],
  ])(`[C24 A13 B30 C.1-${draft}-framing] executes every request in %s`, (_what, framing) => {
    const { driver } = startDraft(draft, {
      options: { probeSize: PROBE_SIZE },
      accepts: 0b1_0111n | VIRTIO_F_INDIRECT_DESC,
    });
    driver.framing = framing;
    expect(driver.regions(ENDPOINT)).toHaveLength(1);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(OK);
    expect(driver.map(DOMAIN, PAGE)).toBe(OK);
    expect(driver.unmap(DOMAIN, PAGE.start, PAGE.end)).toBe(OK);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(OK);
  });

  describe.each(rows)('%s', (name, id, request) => {
    const room = name === 'PROBE' ? PROBE_SIZE + TAIL_BYTES : TAIL_BYTES;

    it(`[C24 A13 B30 C.1-${draft}-${id}] is executed wherever it is cut in two`, () => {
      const { driver } = start();
      driver.attach(DOMAIN, ENDPOINT);
      for (let at = 1; at < request.length; at++) {
        driver.framing = cutAt(at, 1 + (at % (room - 1)));
        const { bytes, length } = driver.send(request, room);
        expect([length, bytes[room - TAIL_BYTES]]).toEqual([room, OK]);
        driver.framing = PLAIN_FRAMING;
        driver.unmap(DOMAIN, PAGE.start, PAGE.end);
        driver.attach(DOMAIN, ENDPOINT);
      }
    });

    it(`[A14 C.1-${draft}-${id}] is rejected with INVAL at every length that is too short`, () => {
      const { driver, events, iommu } = start();
      for (let length = 1; length < request.length; length++) {
        const used = driver.send(request.subarray(0, length), room);
        const expected = new Uint8Array(room);
        expected[room - TAIL_BYTES] = INVAL;
        expect({ length: used.length, bytes: used.bytes }).toEqual({
          length: room,
          bytes: expected,
        });
        expect(events.at(-1)).toMatchObject({ kind: 'ignored', readableBytes: length });
      }
      expect(iommu.state().domains).toEqual([]);
    });

    it.each([0, 1, 2, 3])(
      `[A14 C.1-${draft}-${id}] does nothing when %i bytes are too few for its tail`,
      (few) => {
        const { driver, iommu, mmio } = start();
        driver.framing = (readable) => ({ readable: [readable], writable: few > 0 ? [few] : [] });
        const used = driver.send(request, few);
        expect([used.length, ...used.bytes]).toEqual([0, ...new Uint8Array(few)]);
        expect(iommu.state().domains).toEqual([]);
        expect(mmio.needsReset).toBe(false);
      },
    );

    it(`[A14 A24 C.1-${draft}-${id}] gets no more than its tail when there is more room`, () => {
      const { driver } = start();
      driver.attach(DOMAIN, ENDPOINT);
      const { length, bytes } = driver.send(request, room + 100);
      expect([length, bytes[room - TAIL_BYTES]]).toEqual([room, OK]);
    });
  });

  it.each([0, 6, 7, 0xff])(
    `[A16 C.1-${draft}-status] leaves a request of type %i unwritten`,
    (type) => {
      const { driver, mmio } = start();
      const used = driver.send(new Uint8Array(72).fill(type, 0, 1), 600);
      expect([used.length, mmio.needsReset]).toEqual([0, false]);
      expect(used.bytes.every((byte) => byte === 0)).toBe(true);
    },
  );

  it(`[C.1-${draft}-status] answers noise with a status of the draft, and never throws`, () => {
    const { driver, iommu, memory } = start();
    const untouched = memory.bytes.slice(0, RAM_BYTES / 2);
    const number = fc.oneof(fc.constantFrom(0, 1, ENDPOINT), fc.nat({ max: 0xff }));
    const bytes = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.array(number, { maxLength: 80 }));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 4, max: 60 }), ([type, rest], room) => {
        const used = driver.send(Uint8Array.from([type, ...rest]), room);
        const size = type === 5 ? Math.min(room, PROBE_SIZE + TAIL_BYTES) : TAIL_BYTES;
        expect([0, size]).toContain(used.length);
        expect(used.bytes[size - TAIL_BYTES]).toBeLessThanOrEqual(7);
        iommu.state();
      }),
      { seed: SEED, numRuns: 1000 },
    );
    expect(Buffer.compare(memory.bytes.slice(0, RAM_BYTES / 2), untouched)).toBe(0);
  });
});

// PROBE as a driver reads it, and reserved regions (virtio 1.2, 5.13.6.7 and .8).

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  PROPERTY_HEADER_SIZE,
  PROPERTY_LENGTH,
  RESV_MEM_END,
  RESV_MEM_START,
  RESV_MEM_SUBTYPE,
  TAIL_SIZE,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_PROBE_T_NONE,
  VIRTIO_IOMMU_PROBE_T_RESV_MEM,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_OK,
} from '../../src/iommu/protocol/protocol.ts';
import { X86_MSI_REGION, type ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { toIova } from '../../src/memory/address.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import { probeRequest } from '../rigs/iommu-requests.ts';
import { canRead, canWrite, pages } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const SEED = 54;
const { probeSize } = DEFAULT_IOMMU_OPTIONS;

interface Property {
  readonly subtype: number;
  readonly start: bigint;
  readonly end: bigint;
}

/** Walks the properties as Linux does: by their lengths, until the empty one. Throws at what it would stumble over. */
function readProperties(bytes: Uint8Array): readonly Property[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Property[] = [];
  let at = 0;
  while (at < bytes.length && view.getUint16(at, true) !== VIRTIO_IOMMU_PROBE_T_NONE) {
    const type = view.getUint16(at, true);
    if (type !== VIRTIO_IOMMU_PROBE_T_RESV_MEM) throw new Error(`property type ${type} at ${at}`);
    found.push({
      subtype: view.getUint32(at + RESV_MEM_SUBTYPE, true),
      start: view.getBigUint64(at + RESV_MEM_START, true),
      end: view.getBigUint64(at + RESV_MEM_END, true),
    });
    at += PROPERTY_HEADER_SIZE + view.getUint16(at + PROPERTY_LENGTH, true);
  }
  if (bytes.subarray(at).some((byte) => byte !== 0)) throw new Error(`no zeros from ${at} on`);
  return found;
}

/** Up to 20 regions with gaps, at most one of them MSI. */
const regionSets = fc
  .tuple(
    fc.uniqueArray(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { maxLength: 40 }),
    fc.nat({ max: 40 }),
  )
  .map(([bounds, msi]): readonly ReservedRegion[] => {
    const sorted = bounds.toSorted((one, other) => (one < other ? -1 : 1));
    return Array.from({ length: Math.floor(sorted.length / 2) }, (_, index): ReservedRegion => ({
      kind: index === msi ? 'msi' : 'reserved',
      start: toIova(sorted[2 * index] ?? 0n),
      end: toIova(sorted[2 * index + 1] ?? 0n),
    })).filter(({ start }, index) => !sorted.slice(0, 2 * index).includes(start - 1n));
  });

describe.each(STORES)('PROBE over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[A67 A68 A69 A71 A73 C3 C4 C5] tells a driver every region, whatever they are', () => {
    const { driver, iommu } = startIommu();
    let endpoint = OTHER_ENDPOINT;
    fc.assert(
      fc.property(regionSets, (regions) => {
        endpoint++;
        iommu.addEndpoint(endpoint, { reserved: regions });
        const { bytes } = driver.probe(endpoint, probeSize);
        const told = readProperties(bytes.subarray(0, probeSize));
        const expected = regions.map(({ kind, start, end }) => {
          return { subtype: kind === 'msi' ? 1 : 0, start, end };
        });
        expect(told).toEqual(expected);
      }),
      { seed: SEED },
    );
  });

  it('[A71 A15] tells of an endpoint without regions in zeros alone', () => {
    const { driver } = startIommu({ reserved: { [ENDPOINT]: [] } });
    const { bytes, length } = driver.probe(ENDPOINT, probeSize);
    expect(length).toBe(probeSize + TAIL_SIZE);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('[A64 C1] is the same every time, acknowledged by nobody', () => {
    const { driver } = startIommu();
    const first = driver.probe(ENDPOINT, probeSize).bytes;
    const request = probeRequest(ENDPOINT).fill(0xff, 8);
    expect(driver.send(request, probeSize + TAIL_SIZE).bytes).toEqual(first);
    expect(driver.attach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
  });

  it('[A66] goes back unwritten, into the last byte of its buffers', () => {
    const accepts = DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_PROBE;
    const { driver } = startIommu({ accepts });
    driver.framing = (readable, room) => ({ readable: [readable], writable: [room], fill: 0xee });
    const { bytes, length } = driver.probe(ENDPOINT, probeSize);
    expect([length, bytes.every((byte) => byte === 0xee)]).toEqual([0, true]);
  });

  it('[A72] has its tail behind probe_size and no claim beyond, with any room', () => {
    const { driver } = startIommu({ options: { probeSize: 32 } });
    driver.framing = (readable, room) => ({ readable: [readable], writable: [room], fill: 0xee });
    for (const room of [36, 37, 40, 64, 600]) {
      const { bytes, length } = driver.send(probeRequest(ENDPOINT), room);
      expect([length, bytes[32]]).toEqual([36, VIRTIO_IOMMU_S_OK]);
      expect(bytes.subarray(36).every((byte) => byte === 0xee)).toBe(true);
    }
  });
});

describe.each(STORES)('reserved regions over a %s', (_name, makeStore) => {
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);
  const reserved = { kind: 'reserved', start: toIova(0x4000n), end: toIova(0x4fffn) } as const;

  it('[A74] of an endpoint hold at most one MSI region', () => {
    const second = { kind: 'msi', start: toIova(0n), end: toIova(0xfffn) } as const;
    const regions = [X86_MSI_REGION, second];
    expect(() => createIommuRig({ reserved: { [ENDPOINT]: regions } })).toThrow('MSI');
  });

  it.each([
    ['at their last and first byte', 0x4fffn, 0x5fffn],
    ['one inside the other', 0x4800n, 0x48ffn],
    ['the same bytes', 0x4000n, 0x4fffn],
  ])('[A75 C7] that overlap, %s, are told of as some that do not', (_what, start, end) => {
    const other = { kind: 'msi', start: toIova(start), end: toIova(end) } as const;
    const { driver } = startIommu({ reserved: { [ENDPOINT]: [reserved, other] } });
    const { bytes } = driver.probe(ENDPOINT, probeSize);
    const told = readProperties(bytes.subarray(0, probeSize));
    told.forEach((region, index) => {
      expect(region.start).toBeGreaterThan(told[index - 1]?.end ?? -1n);
    });
    expect(told[0]?.start).toBe(0x4000n);
    expect(told.at(-1)?.end).toBe(end > 0x4fffn ? end : 0x4fffn);
  });

  it('[C16 A78] are x86 MSI doorbells unless the machine says otherwise', () => {
    const { driver } = startIommu();
    const { bytes } = driver.probe(ENDPOINT, probeSize);
    expect(readProperties(bytes.subarray(0, probeSize))).toEqual([
      { subtype: 1, start: 0xfee0_0000n, end: 0xfeef_ffffn },
    ]);
  });

  it.each([
    ['RESERVED', 0x4000n],
    ['MSI', 0xfee0_0000n],
  ])(
    '[A78 A79 A77 C4 C10] of subtype %s can not be mapped, and lead to no memory',
    (_what, iova) => {
      const { driver, iommu, memory } = startIommu({
        reserved: { [ENDPOINT]: [reserved, X86_MSI_REGION] },
      });
      driver.attach(DOMAIN, ENDPOINT);
      expect(driver.map(DOMAIN, pages(iova, 0x7000n))).toBe(VIRTIO_IOMMU_S_INVAL);
      const before = memory.bytes.slice(0, 0x8000);
      expect(canRead(iommu, ENDPOINT, iova)).toBe(false);
      canWrite(iommu, ENDPOINT, iova);
      expect(Buffer.compare(memory.bytes.slice(0, 0x8000), before)).toBe(0);
    },
  );

  it('[A77] of one endpoint mean nothing to another outside its domain', () => {
    const { driver, iommu } = startIommu({ reserved: { [ENDPOINT]: [reserved] } });
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    expect(driver.map(DOMAIN, pages(0x4000n, 0x7000n))).toBe(VIRTIO_IOMMU_S_OK);
    expect(canWrite(iommu, OTHER_ENDPOINT, 0x4000n)).toBe(true);
  });
});

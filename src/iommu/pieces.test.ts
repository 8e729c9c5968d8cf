// Accesses of several pieces: memory-mapped I/O (virtio 1.2, 5.13.6.5), and more pieces around a region than one answer of
// the store holds.

import { describe, expect, it, vi } from 'vitest';
import { expectSame } from '../../test/support/expect-same.ts';
import { STORES } from '../../test/support/stores.ts';
import { toGpa, toIova } from '../memory/address.ts';
import { ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { ACCESS_WRITE, MAX_SEGMENTS } from './store/mapping-store.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_MMIO,
} from './protocol/protocol.ts';

const DOMAIN = 1;
const READ_WRITE = 3;
const MMIO = READ_WRITE | VIRTIO_IOMMU_MAP_F_MMIO;
const PAGE = 0x1000;

describe.each(STORES)('over a %s', (_name, makeStore) => {
  function start() {
    const features = DEFAULT_IOMMU_OPTIONS.features | VIRTIO_IOMMU_F_MMIO;
    const rig = startIommu({ store: makeStore(), options: { features } });
    rig.driver.attach(DOMAIN, ENDPOINT);
    const map = (page: number, phys: number, flags: number) => {
      const virtStart = BigInt(page * PAGE);
      const fields = { virtStart, virtEnd: virtStart + 0xfffn, physStart: BigInt(phys), flags };
      expect(rig.driver.map(DOMAIN, fields)).toBe(0);
    };
    return { ...rig, map, port: rig.iommu.port(ENDPOINT) };
  }

  it.each([
    ['memory, memory', [READ_WRITE, READ_WRITE], 1],
    ['memory, MMIO', [READ_WRITE, MMIO], 2],
    ['MMIO, memory', [MMIO, READ_WRITE], 2],
    ['MMIO, MMIO', [MMIO, MMIO], 2],
    ['memory, memory, MMIO, memory', [READ_WRITE, READ_WRITE, MMIO, READ_WRITE], 3],
  ])(
    '[A55] makes of neighbours %s as many accesses as may not be combined',
    (_what, kinds, count) => {
      const { map, port } = start();
      kinds.forEach((flags, page) => map(page, 0x8000 + page * PAGE, flags));
      const outcome = port.translate(0, 0, kinds.length * PAGE, ACCESS_WRITE);
      expect(outcome).toMatchObject({ kind: 'memory' });
      expect(outcome.kind === 'memory' && outcome.segments).toHaveLength(count);
    },
  );

  it('[A55] writes without reading first, and without splitting', () => {
    const { map, port, memory } = start();
    map(0, 0x8000, READ_WRITE);
    map(1, 0x4000, MMIO);
    const read = vi.spyOn(memory, 'read');
    const write = vi.spyOn(memory, 'write');
    port.write(0, PAGE - 2, Uint8Array.of(1, 2, 3, 4));
    expect(read).not.toHaveBeenCalled();
    expect(write.mock.calls.map(([, low, bytes]) => [low, [...bytes]])).toEqual([
      [0x8ffe, [1, 2]],
      [0x4000, [3, 4]],
    ]);
  });

  it('[A55 A77] takes the rest of a long write for no interrupt message', () => {
    const doorbell = vi.fn<() => void>();
    const first = 0x10_0000;
    const msi = { kind: 'msi', start: toIova(0x50_0000n), end: toIova(0x50_0fffn) } as const;
    const rig = startIommu({ store: makeStore(), reserved: { [ENDPOINT]: [msi] }, doorbell });
    rig.driver.attach(DOMAIN, ENDPOINT);
    for (let index = 0; index < MAX_SEGMENTS; index += 1) {
      const virtStart = BigInt(first + index * PAGE);
      const physStart = toGpa(BigInt((index % 2) * 2 * PAGE));
      const fields = { virtStart, virtEnd: virtStart + 0xfffn, physStart, flags: READ_WRITE };
      expect(rig.driver.map(DOMAIN, fields)).toBe(0);
    }
    const port = rig.iommu.port(ENDPOINT);
    const length = MAX_SEGMENTS * PAGE + 4;
    const fault = { reason: VIRTIO_IOMMU_FAULT_R_MAPPING, high: 0, low: 0x50_0000 };
    expect(port.translate(0, first, length, ACCESS_WRITE)).toMatchObject({ kind: 'fault', fault });
    expect(() => port.write(0, first, new Uint8Array(length))).toThrow('IOMMU');
    expect(doorbell).not.toHaveBeenCalled();
    expect(port.translate(0, first, length - 4, ACCESS_WRITE)).toMatchObject({ kind: 'memory' });
  });

  it.each([
    ['fill one answer up to its edge', MAX_SEGMENTS, 2],
    ['fill one answer in front of it and behind', MAX_SEGMENTS - 24, 100],
    ['fill more than one answer before it', MAX_SEGMENTS + 476, 1],
  ])(
    '[C.2b] takes an identity region and mappings that %s as one access',
    (_what, before, behind) => {
      const window = 0x80_0000;
      const region = { start: toIova(BigInt(window)), end: toIova(BigInt(window + PAGE - 1)) };
      const identity = { kind: 'identity', ...region, flags: READ_WRITE } as const;
      const rig = startIommu({ store: makeStore(), reserved: { [ENDPOINT]: [identity] } });
      rig.driver.attach(DOMAIN, ENDPOINT);
      const first = window - before * PAGE;
      const pages = Array.from({ length: before + 1 + behind }, (_, index) => ({
        iova: first + index * PAGE,
        gpa: index === before ? window : (2 * (index % 8) + 0x20) * PAGE,
      }));
      for (const { iova, gpa } of pages) {
        const virtStart = BigInt(iova);
        const fields = { virtStart, virtEnd: virtStart + 0xfffn, physStart: BigInt(gpa), flags: 3 };
        if (iova !== window) expectSame(rig.driver.map(DOMAIN, fields), 0);
      }
      const port = rig.iommu.port(ENDPOINT);
      expect(port.translate(0, first, pages.length * PAGE, ACCESS_WRITE)).toEqual({
        kind: 'memory',
        segments: pages.map(({ gpa }) => ({ address: BigInt(gpa), length: PAGE })),
      });
    },
  );
});

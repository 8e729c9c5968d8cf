import { describe, expect, it } from 'vitest';
import { FlatMemory } from '../memory/flat-memory.ts';
import { toIova } from '../memory/address.ts';
import { DEFAULT_IOMMU_OPTIONS, resolveOptions } from './options.ts';
import { VIRTIO_IOMMU_F_BYPASS } from './protocol/protocol.ts';
import { ReferenceStore } from './store/reference-store.ts';
import { X86_MSI_REGION, type ReservedRegion } from './regions/reserved-regions.ts';
import { VirtioIommu } from './virtio-iommu.ts';

describe('options', () => {
  it.each([
    ['pageSizeMask', { pageSizeMask: 0n }],
    ['pageSizeMask', { pageSizeMask: 1n << 64n }],
    ['pageSizeMask', { pageSizeMask: -4096n }],
    ['inputRange', { inputRange: { start: 1n, end: 0n } }],
    ['inputRange', { inputRange: { start: 0n, end: 1n << 64n } }],
    ['domainRange', { domainRange: { start: 2, end: 1 } }],
    ['domainRange', { domainRange: { start: 0, end: 2 ** 32 } }],
    ['domainRange', { domainRange: { start: 0.5, end: 1 } }],
    ['unknown bits', { features: 1n << 7n }],
    ['both', { features: DEFAULT_IOMMU_OPTIONS.features | VIRTIO_IOMMU_F_BYPASS }],
    ['probeSize', { probeSize: 0 }],
    ['probeSize', { probeSize: 65_537 }],
    ['probeSize', { probeSize: Number.NaN }],
    ['requestQueueSize', { requestQueueSize: 0 }],
    ['requestQueueSize', { requestQueueSize: 96 }],
    ['requestQueueSize', { requestQueueSize: 2048 }],
  ])('refuses a bad %s in words', (words, options) => {
    expect(() => resolveOptions(options)).toThrow(RangeError);
    expect(() => resolveOptions(options)).toThrow(words);
  });

  it('keeps what is chosen and fills in the rest', () => {
    expect(resolveOptions({ probeSize: 64 })).toEqual({ ...DEFAULT_IOMMU_OPTIONS, probeSize: 64 });
  });
});

describe('addEndpoint', () => {
  function makeIommu(): VirtioIommu {
    const options = { probeSize: 48 };
    return new VirtioIommu({ memory: new FlatMemory(16), store: new ReferenceStore(), options });
  }

  function region(kind: 'reserved' | 'msi', start: bigint, end: bigint): ReservedRegion {
    return { kind, start: toIova(start), end: toIova(end) };
  }

  it.each([-1, 0.5, 2 ** 32])('refuses the ID %d', (id) => {
    expect(() => makeIommu().addEndpoint(id)).toThrow('32-bit');
  });

  it('[A37] refuses an ID twice', () => {
    const iommu = makeIommu();
    iommu.addEndpoint(1);
    expect(() => iommu.addEndpoint(1)).toThrow('before');
  });

  it.each([
    ['at most one MSI', [X86_MSI_REGION, region('msi', 0n, 9n)]],
    ['once overlaps are merged', [region('msi', 0n, 9n), region('reserved', 4n, 5n)]],
    ['ends before', [region('reserved', 2n, 1n)]],
    ['needs the right', [{ ...region('reserved', 0n, 9n), kind: 'identity', flags: 0 }]],
    ['needs the right', [{ ...region('reserved', 0n, 9n), kind: 'identity', flags: 4 }]],
    ['do not fit', [0n, 2n, 4n].map((start) => region('reserved', start, start))],
  ] as const)('refuses regions: %s', (words, reserved) => {
    const iommu = makeIommu();
    expect(() => iommu.addEndpoint(1, { reserved })).toThrow(RangeError);
    expect(() => iommu.addEndpoint(1, { reserved })).toThrow(words);
    expect(iommu.state().endpoints).toEqual([]);
  });

  it('takes regions that touch', () => {
    const iommu = makeIommu();
    const reserved = [region('msi', 10n, 19n), region('reserved', 0n, 9n)];
    iommu.addEndpoint(1, { reserved });
    expect(iommu.state().endpoints).toMatchObject([{ id: 1, mode: 'bypass' }]);
  });
});

describe('events', () => {
  it('count on without a listener, and end with the subscription', () => {
    const iommu = new VirtioIommu({ memory: new FlatMemory(16), store: new ReferenceStore() });
    iommu.setBypass(false);
    const heard: number[] = [];
    const dispose = iommu.onEvent(({ sequence }) => heard.push(sequence));
    iommu.setBypass(true);
    dispose();
    iommu.setBypass(false);
    expect(heard).toEqual([2]);
    expect(iommu.state().sequence).toBe(3);
  });
});

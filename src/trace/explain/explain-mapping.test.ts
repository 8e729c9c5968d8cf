// Every check that refuses a MAP or UNMAP, brought about with a driver.

import { describe, it } from 'vitest';
import { mapRequest, unmapRequest } from '../../../test/rigs/iommu-requests.ts';
import { BLK } from '../../../test/rigs/explain-rig.ts';
import { checkRow, type ExplainedRow } from '../../../test/support/explained-row.ts';
import { DEFAULT_IOMMU_OPTIONS } from '../../iommu/options.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import { ReferenceStore } from '../../iommu/store/reference-store.ts';
import { toIova } from '../../memory/address.ts';

const ALL = 0xffff_ffff_ffff_ffffn;
const F_BYPASS = 1;
const { features: FEATURES } = DEFAULT_IOMMU_OPTIONS;
const WITHOUT_MAP = FEATURES & ~4n;
const identity: ReservedRegion = {
  kind: 'identity',
  start: toIova(0x8000n),
  end: toIova(0x8fffn),
  flags: 3,
};
const PAGE = { virtStart: 0x4000n, virtEnd: 0x4fffn, physStart: 0x1000n, flags: 3 };

function patched(request: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = request.slice();
  copy[offset] = value;
  return copy;
}

const ROWS: readonly ExplainedRow[] = [
  {
    cause: 'map-unmap-not-negotiated',
    rig: { accepts: WITHOUT_MAP },
    play: (pc) => {
      pc.attach(1, BLK);
      pc.map(1, 0x4000n, 0x4fffn);
      return [];
    },
    says: 'MAP in domain 1 was refused: the driver did not accept MAP_UNMAP.',
  },
  {
    cause: 'map-unknown-flags',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.map(1, 0x4000n, 0x4fffn, 0x13);
      return [];
    },
    says: 'MAP in domain 1 was refused: it has unknown flags, 0x10.',
  },
  {
    cause: 'map-mmio-not-negotiated',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.map(1, 0x4000n, 0x4fffn, 7);
      return [];
    },
    says: 'MAP in domain 1 was refused: it asks for memory-mapped I/O, and the driver did not accept MMIO.',
  },
  {
    cause: 'unknown-domain',
    play: (pc) => {
      pc.map(5, 0x4000n, 0x4fffn);
      return [1];
    },
    says: 'MAP in domain 5 was refused: there is no domain 5; no endpoint has been attached to it since device reset #1.',
  },
  {
    cause: 'unknown-domain',
    play: (pc) => {
      const attach = pc.attach(1, BLK);
      const move = pc.attach(2, BLK);
      pc.map(1, 0x4000n, 0x4fffn);
      return [attach, move];
    },
    says: 'MAP in domain 1 was refused: there is no domain 1; its last endpoint left with ATTACH #4, 1 event and 0.25 ms earlier.',
  },
  {
    cause: 'bypass-domain',
    play: (pc) => {
      const attach = pc.attach(1, BLK, F_BYPASS);
      pc.map(1, 0x4000n, 0x4fffn);
      return [attach];
    },
    says: 'MAP in domain 1 was refused: domain 1 is a bypass domain (ATTACH #3), and such a domain has no mappings.',
  },
  {
    cause: 'end-before-start',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.map(1, 0x4000n, 0x3fffn);
      return [];
    },
    says: 'MAP in domain 1 was refused: its range, 0x4000 to 0x3fff, ends before it starts.',
  },
  {
    cause: 'end-before-start',
    rig: { options: { pageSizeMask: 1n } },
    play: (pc) => {
      pc.attach(1, BLK);
      pc.map(1, 0x4000n, 0x4000n);
      return [];
    },
    says: 'MAP in domain 1 was refused: its end has to be above its start, and both are 0x4000.',
  },
  {
    cause: 'unaligned',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.send(mapRequest(1, { ...PAGE, virtStart: 0x4200n, physStart: 0x1010n }));
      return [];
    },
    says: 'MAP in domain 1 was refused: virt_start 0x4200 and phys_start 0x1010 do not fit the page granularity of 4 KiB.',
  },
  {
    cause: 'map-outside-input-range',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.map(1, 0xffff_f000n, 0x1_0000_0fffn);
      return [];
    },
    says: 'MAP in domain 1 was refused: 0xfffff000 to 0x100000fff is not inside the device’s input range, 0x0 to 0xffffffff.',
  },
  {
    cause: 'gpa-wraps',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.send(mapRequest(1, { ...PAGE, virtEnd: 0x5fffn, physStart: ALL - 0xfffn }));
      return [];
    },
    says: 'MAP in domain 1 was refused: from guest-physical 0xfffffffffffff000 on, its 8 KiB run past the last address there is.',
  },
  {
    cause: 'map-reserved-region',
    play: (pc) => {
      const attach = pc.attach(1, BLK);
      pc.map(1, 0xfedf_f000n, 0xfee0_0fffn);
      return [attach];
    },
    says: 'MAP in domain 1 was refused: 0xfedff000 to 0xfee00fff meets the interrupt (MSI) window of virtio-blk, 0xfee00000 to 0xfeefffff.',
  },
  {
    cause: 'map-reserved-region',
    rig: { reserved: { [BLK]: [identity] } },
    play: (pc) => {
      const attach = pc.attach(1, BLK);
      pc.map(1, 0x8000n, 0x8fffn, 3, 0x1000n);
      return [attach];
    },
    says: 'MAP in domain 1 was refused: 0x8000 to 0x8fff meets the identity region of virtio-blk, 0x8000 to 0x8fff.',
  },
  {
    cause: 'map-overlap',
    play: (pc) => {
      pc.attach(1, BLK);
      const map = pc.map(1, 0x4000n, 0x5fffn);
      pc.map(1, 0x5000n, 0x6fffn);
      return [map];
    },
    says: 'MAP in domain 1 was refused: 0x5000 to 0x6fff overlaps the mapping of 8 KiB at 0x4000 (MAP #4), which is still there.',
  },
  {
    cause: 'too-many-mappings',
    rig: {
      makeStore: () => new ReferenceStore({ maxMappings: 2 }),
      limits: { maxMappings: 2, maxDomains: 256 },
    },
    play: (pc) => {
      pc.attach(1, BLK);
      const latest = pc.map(1, 0x8000n, 0x8fffn) + 1;
      pc.map(1, 0x4000n, 0x5fffn);
      pc.map(1, 0x6000n, 0x6fffn);
      return [latest];
    },
    says: 'MAP in domain 1 was refused: the device has room for 2 mappings, of all domains together, and holds 2, the latest of them the mapping of 8 KiB at 0x4000 (MAP #5).',
  },
  {
    cause: 'too-many-mappings',
    rig: { makeStore: () => new ReferenceStore({ maxMappings: 1 }) },
    play: (pc) => {
      pc.attach(1, BLK);
      const map = pc.map(1, 0x4000n, 0x5fffn);
      pc.map(1, 0x6000n, 0x6fffn);
      return [map];
    },
    says: 'MAP in domain 1 was refused: the device has no room for another mapping; it holds 1, the latest of them the mapping of 8 KiB at 0x4000 (MAP #4).',
  },
  {
    cause: 'map-unmap-not-negotiated',
    rig: { accepts: WITHOUT_MAP },
    play: (pc) => {
      pc.unmap(1, 0x4000n, 0x4fffn);
      return [];
    },
    says: 'UNMAP in domain 1 was refused: the driver did not accept MAP_UNMAP.',
  },
  {
    cause: 'unmap-reserved-bytes',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.send(patched(unmapRequest(1, 0n, ALL), 24, 1));
      return [];
    },
    says: 'UNMAP in domain 1 was refused: its reserved bytes are not zero.',
  },
  {
    cause: 'unknown-domain',
    play: (pc) => {
      pc.attach(1, BLK);
      const reset = pc.restart();
      pc.unmap(1, 0n, ALL);
      return [reset];
    },
    says: 'UNMAP in domain 1 was refused: there is no domain 1; no endpoint has been attached to it since device reset #4.',
  },
  {
    cause: 'bypass-domain',
    play: (pc) => {
      const attach = pc.attach(1, BLK, F_BYPASS);
      pc.unmap(1, 0n, ALL);
      return [attach];
    },
    says: 'UNMAP in domain 1 was refused: domain 1 is a bypass domain (ATTACH #3), and such a domain has no mappings.',
  },
  {
    cause: 'end-before-start',
    play: (pc) => {
      pc.attach(1, BLK);
      pc.unmap(1, 0x4000n, 0x3fffn);
      return [];
    },
    says: 'UNMAP in domain 1 was refused: its range, 0x4000 to 0x3fff, ends before it starts.',
  },
  {
    cause: 'would-split',
    play: (pc) => {
      pc.attach(1, BLK);
      const map = pc.map(1, 0x4000n, 0x7fffn);
      pc.unmap(1, 0x4000n, 0x4fffn);
      return [map];
    },
    says: 'UNMAP in domain 1 was refused: 0x4000 to 0x4fff covers only a part of the mapping of 16 KiB at 0x4000 (MAP #4), and nothing was removed.',
  },
];

describe('a refused MAP or UNMAP is explained:', () => {
  it.each(ROWS)('$cause: $says', (row) => checkRow(row, ({ sequence }) => sequence));
});

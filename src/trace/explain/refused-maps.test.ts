// Faults where a MAP had been refused, and those where that is not why.

import { describe, it } from 'vitest';
import { BLK, NET, type ExplainRig } from '../../../test/rigs/explain-rig.ts';
import { checkRow, type ExplainedRow } from '../../../test/support/explained-row.ts';
import { ReferenceStore } from '../../iommu/store/reference-store.ts';

function attached(pc: ExplainRig): number {
  return pc.attach(1, BLK);
}

const ROWS: readonly ExplainedRow[] = [
  {
    cause: 'map-refused',
    rig: {
      makeStore: () => new ReferenceStore({ maxMappings: 1 }),
      limits: { maxDomains: 8, maxMappings: 1 },
    },
    play: (pc) => {
      attached(pc);
      pc.map(1, 0x4000n, 0x4fffn);
      const refused = pc.map(1, 0x8000n, 0x8fffn);
      pc.access(BLK, 'read', 0x8800n, 512);
      return [refused];
    },
    says: 'virtio-blk tried to read 512 bytes of data at 0x8800, but MAP #5, 1 event and 0.25 ms earlier, which was to map it in domain 1, was refused: no room for another mapping.',
  },
  {
    // What was there before was unmapped, and its place never filled again
    cause: 'map-refused',
    play: (pc) => {
      attached(pc);
      pc.map(1, 0x4000n, 0x4fffn);
      pc.unmap(1, 0x4000n, 0x4fffn);
      pc.map(1, 0x5000n, 0x5fffn);
      const refused = pc.map(1, 0x4000n, 0x5fffn);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [refused];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, but MAP #7, 1 event and 0.25 ms earlier, which was to map it in domain 1, was refused: overlaps a mapping.',
  },
  {
    // A refusal that was made good, and taken back since, is not why
    cause: 'unmapped',
    play: (pc) => {
      attached(pc);
      pc.map(1, 0x4001n, 0x4fffn);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      const unmap = pc.unmap(1, 0x4000n, 0x4fffn);
      pc.access(BLK, 'read', 0x4800n, 4);
      return [map, unmap];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4800, but UNMAP #6, 1 event and 0.25 ms earlier, had removed the mapping of 4 KiB at 0x4000 (MAP #5) from domain 1.',
  },
  {
    // Nor is one from before the endpoint came
    cause: 'never-mapped',
    play: (pc) => {
      pc.attach(1, NET);
      pc.map(1, 0x4001n, 0x4fffn);
      const attach = attached(pc);
      pc.access(BLK, 'read', 0x4800n, 4);
      return [attach];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4800, where nothing has been mapped since ATTACH #5 put it into domain 1.',
  },
];

describe('a fault at an address whose MAP was refused:', () => {
  it.each(ROWS)('$cause: $says', (row) => checkRow(row, ({ latestFault }) => latestFault));
});

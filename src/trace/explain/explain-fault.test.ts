// Every cause of a fault, brought about with a driver and an endpoint's port.

import { describe, expect, it } from 'vitest';
import { explain } from './explain.ts';
import { MmioTransport } from '../../virtio/mmio-transport.ts';
import { VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_VERSION_1 } from '../../virtio/features.ts';
import { toIova, type Iova } from '../../memory/address.ts';
import { DriverMemory } from '../../driver/driver-memory.ts';
import { MmioDriver } from '../../driver/mmio-driver.ts';
import { BLK, ExplainRig, NET } from '../../../test/rigs/explain-rig.ts';
import { checkRow, type ExplainedRow } from '../../../test/support/explained-row.ts';
import { MirrorDevice } from '../../../test/rigs/mirror-device.ts';
import { RecordingLine } from '../../../test/rigs/virtio-rig.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';

const [READ, WRITE] = [1, 2];
const ALL = 0xffff_ffff_ffff_ffffn;
const reserved: ReservedRegion = { kind: 'reserved', start: toIova(0x8000n), end: toIova(0x8fffn) };
const identity: ReservedRegion = {
  kind: 'identity',
  start: toIova(0x8000n),
  end: toIova(0x8fffn),
  flags: READ,
};

function attached(pc: ExplainRig): number {
  return pc.attach(1, BLK);
}

/** A device of the endpoint whose driver did not map its rings. */
function ringAccess(pc: ExplainRig): void {
  const { iommu, memory } = pc.rig;
  const transport = new MmioTransport<Iova>({
    device: new MirrorDevice(),
    memory: iommu.port(BLK),
    interruptLine: new RecordingLine(),
    offersAccessPlatform: true,
  });
  const driver = new MmioDriver(transport, new DriverMemory(memory, 0x8000, 0x1_8000));
  const features = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM;
  const [queue] = driver.start(features, [{ bufferBytes: 0x4000 }]);
  queue?.add({ readable: [Uint8Array.of(1)], writable: [1] });
  driver.notify(0);
}

const ROWS: readonly ExplainedRow[] = [
  {
    cause: 'never-mapped',
    play: (pc) => {
      const attach = attached(pc);
      pc.access(BLK, 'write', 0xdead_0000n, 4);
      return [attach];
    },
    says: 'virtio-blk tried to write 4 bytes of data at 0xdead0000, where nothing has been mapped since ATTACH #3 put it into domain 1.',
  },
  {
    cause: 'unmapped',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      const unmap = pc.unmap(1, 0x4000n, 0x4fffn);
      pc.map(1, 0x2_0000n, 0x2_0fffn);
      pc.access(BLK, 'read', 0x4800n, 512);
      return [map, unmap];
    },
    says: 'virtio-blk tried to read 512 bytes of data at 0x4800, but UNMAP #5, 2 events and 0.5 ms earlier, had removed the mapping of 4 KiB at 0x4000 (MAP #4) from domain 1.',
  },
  {
    cause: 'past-end',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      pc.access(BLK, 'write', 0x4c00n, 2048);
      return [map];
    },
    says: 'virtio-blk tried to write 2 KiB of data at 0x4c00, 1 KiB past the end of the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1.',
  },
  {
    cause: 'past-end',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      pc.map(1, 0x5000n, 0x5fffn);
      const unmap = pc.unmap(1, 0x5000n, 0x5fffn);
      pc.access(BLK, 'write', 0x4c00n, 2048);
      return [map, unmap];
    },
    says: 'virtio-blk tried to write 2 KiB of data at 0x4c00, 1 KiB past the end of the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1; what was mapped there ended with UNMAP #6.',
  },
  {
    cause: 'past-end',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      pc.access(BLK, 'read', 0x5000n, 64);
      return [map];
    },
    says: 'virtio-blk tried to read 64 bytes of data at 0x5000, right after the end of the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1.',
  },
  {
    cause: 'past-end',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      pc.access(BLK, 'read', 0x5010n, 64);
      return [map];
    },
    says: 'virtio-blk tried to read 64 bytes of data at 0x5010, 16 bytes past the end of the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1.',
  },
  {
    cause: 'before-start',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      pc.access(BLK, 'write', 0x3ff0n, 64);
      return [map];
    },
    says: 'virtio-blk tried to write 64 bytes of data at 0x3ff0, 16 bytes before the start of the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1.',
  },
  {
    cause: 'spans-hole',
    play: (pc) => {
      attached(pc);
      const one = pc.map(1, 0x4000n, 0x4fffn);
      const other = pc.map(1, 0x6000n, 0x6fffn);
      pc.access(BLK, 'read', 0x4000n, 0x3000);
      return [one, other];
    },
    says: 'virtio-blk tried to read 12 KiB of data at 0x4000, across a hole of 4 KiB at 0x5000 between the mapping of 4 KiB at 0x4000 (MAP #4) and the mapping of 4 KiB at 0x6000 (MAP #5) in domain 1.',
  },
  {
    cause: 'read-only',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn, READ);
      pc.access(BLK, 'write', 0x4000n, 4);
      return [map];
    },
    says: 'virtio-blk tried to write 4 bytes of data at 0x4000, but the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1 is read-only.',
  },
  {
    cause: 'write-only',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn, WRITE);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [map];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, but the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1 is write-only.',
  },
  {
    cause: 'no-rights',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn, 0);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [map];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, but the mapping of 4 KiB at 0x4000 (MAP #4) in domain 1 gives no right at all.',
  },
  {
    cause: 'other-domain',
    play: (pc) => {
      attached(pc);
      pc.attach(2, NET);
      const map = pc.map(2, 0x4000n, 0x4fffn);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [map];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, where domain 2 of virtio-net has the mapping of 4 KiB at 0x4000 (MAP #5), but its own domain 1 has nothing.',
  },
  {
    cause: 'never-attached',
    rig: { options: { bootBypass: false } },
    play: (pc) => {
      pc.attach(1, NET);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [1];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, but it has not been attached to any domain since device reset #1, and bypass is off.',
  },
  {
    cause: 'boot-bypass-off',
    rig: { options: { bootBypass: false } },
    play: (pc) => {
      pc.access(BLK, 'write', 0x7c00n, 512);
      return [];
    },
    says: 'virtio-blk tried to write 512 bytes of data at 0x7c00 while no driver ran the IOMMU; bypass is off at power on, so that an endpoint reaches nothing before it is attached to a domain.',
  },
  {
    cause: 'bypass-turned-off',
    play: (pc) => {
      pc.rig.iommu.setBypass(false);
      const off = pc.sequence;
      pc.access(BLK, 'write', 0x7c00n, 512);
      return [off];
    },
    says: 'virtio-blk tried to write 512 bytes of data at 0x7c00, but event #1, 1 event and 0.25 ms earlier, had turned bypass off, and the endpoint has not been attached to a domain since power on.',
  },
  {
    cause: 'detached',
    rig: { options: { bootBypass: false } },
    play: (pc) => {
      attached(pc);
      const detach = pc.detach(1, BLK);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [detach];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, but DETACH #4, 1 event and 0.25 ms earlier, had taken it out of domain 1, and bypass is off.',
  },
  {
    cause: 'reset-meanwhile',
    rig: { options: { bootBypass: false } },
    play: (pc) => {
      const attach = attached(pc);
      const reset = pc.restart();
      pc.access(BLK, 'read', 0x4000n, 4);
      return [attach, reset];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, but device reset #4, 2 events and 0.5 ms earlier, had ended its attachment to domain 1, and it has not been attached since.',
  },
  {
    cause: 'reset-meanwhile',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      const reset = pc.restart();
      const again = attached(pc);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [map, reset, again];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, where the mapping of 4 KiB at 0x4000 (MAP #4) was in domain 1 before device reset #5, 3 events and 0.75 ms earlier, ended it.',
  },
  {
    cause: 'moved',
    play: (pc) => {
      attached(pc);
      pc.attach(1, NET);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      const move = pc.attach(2, BLK);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [map, move];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, where domain 1 had the mapping of 4 KiB at 0x4000 (MAP #5); ATTACH #6, 1 event and 0.25 ms earlier, had moved the endpoint to domain 2.',
  },
  {
    cause: 'moved',
    play: (pc) => {
      attached(pc);
      const map = pc.map(1, 0x4000n, 0x4fffn);
      const detach = pc.detach(1, BLK);
      const attach = pc.attach(2, BLK);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [map, detach, attach];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, where domain 1 had the mapping of 4 KiB at 0x4000 (MAP #4); DETACH #5, 2 events and 0.5 ms earlier, had taken the endpoint out of it, and ATTACH #6 put it into domain 2.',
  },
  {
    cause: 'reserved-region',
    rig: { reserved: { [BLK]: [reserved] } },
    play: (pc) => {
      const probe = pc.probe(BLK);
      attached(pc);
      pc.access(BLK, 'read', 0x8800n, 4);
      return [probe];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x8800 and met its reserved region, 0x8000 to 0x8fff, where no access is allowed.',
  },
  {
    cause: 'reserved-region',
    rig: { reserved: { [BLK]: [reserved] } },
    play: (pc) => {
      pc.access(BLK, 'read', 0x7ff0n, 32);
      return [];
    },
    says: 'virtio-blk tried to read 32 bytes of data at 0x7ff0 and met its reserved region, 0x8000 to 0x8fff, where no access is allowed.',
  },
  {
    cause: 'other-region',
    rig: { reserved: { [BLK]: [], [NET]: [reserved] } },
    play: (pc) => {
      attached(pc);
      const attach = pc.attach(1, NET);
      pc.access(BLK, 'read', 0x8800n, 4);
      return [attach];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x8800 and met the reserved region of virtio-net, 0x8000 to 0x8fff, which is in domain 1 too.',
  },
  {
    cause: 'partly-in-msi-window',
    play: (pc) => {
      const probe = pc.probe(BLK);
      attached(pc);
      pc.map(1, 0xfedf_f000n, 0xfedf_ffffn);
      pc.access(BLK, 'write', 0xfedf_fffcn, 8);
      return [probe];
    },
    says: 'virtio-blk tried to write 8 bytes of data at 0xfedffffc; 4 bytes of that lie in its interrupt (MSI) window, 0xfee00000 to 0xfeefffff, and a write there is an interrupt only when it lies inside as a whole.',
  },
  {
    cause: 'msi-window-read',
    play: (pc) => {
      attached(pc);
      pc.access(BLK, 'read', 0xfee0_0000n, 4);
      return [];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0xfee00000 in its interrupt (MSI) window, 0xfee00000 to 0xfeefffff, which can be written only.',
  },
  {
    cause: 'identity-right',
    rig: { reserved: { [BLK]: [identity] } },
    play: (pc) => {
      attached(pc);
      pc.access(BLK, 'write', 0x8000n, 4);
      return [];
    },
    says: 'virtio-blk tried to write 4 bytes of data at 0x8000 in its identity region, 0x8000 to 0x8fff, which is for reading only.',
  },
  {
    cause: 'outside-input-range',
    play: (pc) => {
      attached(pc);
      pc.access(BLK, 'read', 0x1_0000_0000n, 4);
      return [];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x100000000, above the device’s input range, 0x0 to 0xffffffff, where nothing can be mapped.',
  },
  {
    cause: 'mapped-after',
    play: (pc) => {
      attached(pc);
      pc.access(BLK, 'read', 0x4000n, 4);
      return [pc.map(1, 0x4000n, 0x4fffn)];
    },
    says: 'virtio-blk tried to read 4 bytes of data at 0x4000, which MAP #5 mapped in domain 1 only 1 event and 0.25 ms later.',
  },
  {
    cause: 'never-mapped',
    play: (pc) => {
      const attach = attached(pc);
      ringAccess(pc);
      return [attach];
    },
    says: 'virtio-blk tried to read 2 bytes of its rings at 0x810a, where nothing has been mapped since ATTACH #3 put it into domain 1.',
  },
  {
    cause: 'beyond-last-address',
    play: (pc) => {
      pc.access(BLK, 'read', ALL - 3n, 8);
      return [];
    },
    says: 'virtio-blk tried to read 8 bytes of data at 0xfffffffffffffffc, which runs past the last address there is.',
  },
];

describe('a fault is explained:', () => {
  it.each(ROWS)('$cause: $says', (row) => checkRow(row, ({ latestFault }) => latestFault));
});

it('is explained without what came later where that is not to be known', () => {
  const pc = new ExplainRig();
  attached(pc);
  pc.access(BLK, 'read', 0x4000n, 4);
  const { latestFault } = pc;
  const map = pc.map(1, 0x4000n, 0x4fffn);
  const causeUntil = (until?: number) => explain(pc.history, latestFault, until)?.cause;
  pc.take();
  expect(causeUntil()).toBe('mapped-after');
  expect(causeUntil(map)).toBe('mapped-after');
  expect(causeUntil(map - 1)).toBe('never-mapped');
});

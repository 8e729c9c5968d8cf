// Every check that refuses an ATTACH, a DETACH or a PROBE, brought about with a driver.

import { describe, it } from 'vitest';
import { attachRequest, detachRequest, probeRequest } from '../../../test/rigs/iommu-requests.ts';
import { BLK, NET } from '../../../test/rigs/explain-rig.ts';
import { checkRow, type ExplainedRow } from '../../../test/support/explained-row.ts';
import { DEFAULT_IOMMU_OPTIONS } from '../../iommu/options.ts';
import { VIRTIO_IOMMU_F_BYPASS_CONFIG } from '../../iommu/protocol/protocol.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import { ReferenceStore } from '../../iommu/store/reference-store.ts';
import { toIova } from '../../memory/address.ts';

const F_BYPASS = 1;
const { features: FEATURES } = DEFAULT_IOMMU_OPTIONS;
const WITHOUT_PROBE = FEATURES & ~16n;
const identity: ReservedRegion = {
  kind: 'identity',
  start: toIova(0x8000n),
  end: toIova(0x8fffn),
  flags: 3,
};

function patched(request: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = request.slice();
  copy[offset] = value;
  return copy;
}

const ROWS: readonly ExplainedRow[] = [
  {
    cause: 'unknown-type',
    play: (pc) => {
      pc.send(Uint8Array.of(9, 0, 0, 0));
      return [];
    },
    says: 'A request of 4 bytes, in 1 readable and 1 writable descriptor, came back unwritten: there is no request of type 9.',
  },
  {
    cause: 'probe-not-negotiated',
    rig: { accepts: WITHOUT_PROBE },
    play: (pc) => {
      pc.send(probeRequest(BLK), 516);
      return [];
    },
    says: 'A PROBE came back unwritten: the driver did not accept that feature.',
  },
  {
    cause: 'no-room-for-tail',
    play: (pc) => {
      pc.send(attachRequest(1, BLK), 3);
      return [];
    },
    says: 'A request of type 1, in 1 readable and 1 writable descriptor, came back unwritten: its status needs 4 writable bytes, and it has 3.',
  },
  {
    cause: 'too-short',
    play: (pc) => {
      pc.driver.framing = (readable, writableLength) => ({
        readable: [readable.slice(0, 4), readable.slice(4)],
        writable: [writableLength - 1, 1],
      });
      pc.send(attachRequest(1, BLK).subarray(0, 19));
      return [];
    },
    says: 'A request of type 1, in 2 readable and 2 writable descriptors, was refused: its 19 bytes are too few for that type.',
  },
  {
    cause: 'attach-reserved-bytes',
    play: (pc) => {
      pc.send(patched(attachRequest(1, BLK), 17, 1));
      return [];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: its reserved bytes are not zero.',
  },
  {
    cause: 'attach-unknown-flags',
    play: (pc) => {
      pc.attach(1, BLK, 0x8000_0001);
      return [];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: it has unknown flags, 0x80000000.',
  },
  {
    cause: 'attach-bypass-not-negotiated',
    rig: { accepts: FEATURES & ~VIRTIO_IOMMU_F_BYPASS_CONFIG },
    play: (pc) => {
      pc.attach(1, BLK, F_BYPASS);
      return [];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: it asks for a bypass domain, and the driver did not accept BYPASS_CONFIG.',
  },
  {
    cause: 'unknown-endpoint',
    play: (pc) => {
      pc.attach(1, 77);
      return [];
    },
    says: 'ATTACH of endpoint 0x4d to domain 1 was refused: there is no endpoint 0x4d.',
  },
  {
    cause: 'domain-out-of-range',
    play: (pc) => {
      pc.attach(0x1_0000, BLK);
      return [];
    },
    says: 'ATTACH of virtio-blk to domain 65536 was refused: domains go from 0 to 65535.',
  },
  {
    cause: 'domain-kind',
    play: (pc) => {
      const attach = pc.attach(1, NET);
      pc.attach(1, BLK, F_BYPASS);
      return [attach];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: the domain has mappings (ATTACH #3), and the request asks for a bypass domain.',
  },
  {
    cause: 'domain-kind',
    play: (pc) => {
      const attach = pc.attach(1, NET, F_BYPASS);
      pc.attach(1, BLK);
      return [attach];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: the domain is a bypass domain (ATTACH #3), and the request asks for one with mappings.',
  },
  {
    cause: 'incompatible-identity',
    rig: { reserved: { [BLK]: [identity], [NET]: [] } },
    play: (pc) => {
      const attach = pc.attach(1, NET);
      pc.attach(1, BLK);
      return [attach];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: it and virtio-net, which is there, would come to share an identity region that only one of them has.',
  },
  {
    cause: 'mapping-in-region',
    rig: { reserved: { [BLK]: [{ ...identity, kind: 'reserved' }], [NET]: [] } },
    play: (pc) => {
      pc.attach(1, NET);
      const map = pc.map(1, 0x8000n, 0x9fffn);
      pc.attach(1, BLK);
      return [map];
    },
    says: 'ATTACH of virtio-blk to domain 1 was refused: the mapping of 8 KiB at 0x8000 (MAP #4) lies in its reserved region, 0x8000 to 0x8fff.',
  },
  {
    cause: 'too-many-domains',
    rig: {
      makeStore: () => new ReferenceStore({ maxDomains: 1 }),
      limits: { maxDomains: 1, maxMappings: 9 },
    },
    play: (pc) => {
      const attach = pc.attach(1, NET);
      pc.attach(2, BLK);
      return [attach];
    },
    says: 'ATTACH of virtio-blk to domain 2 was refused: the device has room for 1 domains with mappings, and has 1, the latest of them entered by ATTACH #3.',
  },
  {
    cause: 'unknown-endpoint',
    play: (pc) => {
      pc.detach(1, 77);
      return [];
    },
    says: 'DETACH of endpoint 0x4d from domain 1 was refused: there is no endpoint 0x4d.',
  },
  {
    cause: 'not-attached-there',
    play: (pc) => {
      const attach = pc.attach(1, BLK);
      pc.detach(2, BLK);
      return [attach];
    },
    says: 'DETACH of virtio-blk from domain 2 was refused: the endpoint is in domain 1 since ATTACH #3.',
  },
  {
    cause: 'not-attached-there',
    play: (pc) => {
      pc.attach(1, BLK);
      const detach = pc.detach(1, BLK);
      pc.send(detachRequest(1, BLK));
      return [detach];
    },
    says: 'DETACH of virtio-blk from domain 1 was refused: the endpoint is in no domain since DETACH #4.',
  },
  {
    cause: 'detach-reserved-bytes',
    // Of 2017: head, endpoint, reserved
    rig: { options: { dialect: 'v0.5' } },
    play: (pc) => {
      pc.attach(1, BLK);
      pc.send(Uint8Array.of(2, 0, 0, 0, BLK, 0, 0, 0, 1, 0, 0, 0));
      return [];
    },
    says: 'DETACH of virtio-blk from domain 1 was refused: its reserved bytes are not zero.',
  },
  {
    cause: 'no-probe-room',
    play: (pc) => {
      pc.probe(BLK, 100);
      return [];
    },
    says: 'PROBE of virtio-blk was refused: its writable part has 104 bytes in 1 descriptor, and 512 bytes of properties and 4 of tail are needed.',
  },
  {
    cause: 'unknown-endpoint',
    play: (pc) => {
      pc.probe(77);
      return [];
    },
    says: 'PROBE of endpoint 0x4d was refused: there is no endpoint 0x4d.',
  },
];

describe('a refused ATTACH, DETACH or PROBE is explained:', () => {
  it.each(ROWS)('$cause: $says', (row) => checkRow(row, ({ sequence }) => sequence));
});

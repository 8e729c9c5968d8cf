// Wrong accesses in a real guest, each explained by its cause, with the guest's own requests as evidence.

import { describe, expect } from 'vitest';
import type { GuestSession } from '../../src/guest/testing.ts';
import { BLOCK_ENDPOINT, NET_ENDPOINT, ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { explain } from '../../src/trace/explain/explain.ts';
import type { Explanation } from '../../src/trace/explain/explanation.ts';
import { History } from '../../src/trace/replay/history.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import { guestTest } from './support/guest-test.ts';

type Access = 'read' | 'write';
const [READ, WRITE] = [1, 2];

/** Makes an access that is stopped, and explains it. */
function explainAccess(
  guest: GuestSession,
  endpoint: number,
  access: Access,
  address: bigint,
  length = 4,
): Explanation | undefined {
  expect(guest.rogueDma({ endpoint, access, address, length }).outcome).toBe('blocked');
  const { record } = guest.iommu;
  return explain(new History(record), record.lastSequence);
}

/** The latest event of the guest that passes a test. */
function latest(guest: GuestSession, isMeant: (event: IommuEvent) => boolean): IommuEvent {
  const found = guest.iommu.events.map(({ event }) => event).findLast(isMeant);
  if (found === undefined) throw new Error('there is such an event');
  return found;
}

function domainOf(guest: GuestSession, endpoint: number): number {
  const domain = guest.iommu.state().endpoints.find(({ id }) => id === endpoint)?.domain;
  return domain ?? -1;
}

function mappingOf(guest: GuestSession, endpoint: number, isMeant = (_flags: number) => true) {
  const mapping = guest.iommu
    .mappings(domainOf(guest, endpoint))
    .find(({ flags }) => isMeant(flags));
  if (mapping === undefined) throw new Error('there is such a mapping');
  return mapping;
}

/** The MAP of a mapping that is there. */
function makerOf(guest: GuestSession, endpoint: number, start: bigint): number {
  const domain = domainOf(guest, endpoint);
  return latest(
    guest,
    (event) => event.kind === 'mapped' && event.domain === domain && event.virtStart === start,
  ).sequence;
}

describe('an access of a real guest is explained:', () => {
  guestTest('where nothing was ever mapped', ({ guest }) => {
    const attach = latest(
      guest,
      (event) => event.kind === 'attached' && event.endpoint === ROGUE_ENDPOINT,
    );
    expect(explainAccess(guest, ROGUE_ENDPOINT, 'write', 0x1234_5000n)).toMatchObject({
      cause: 'never-mapped',
      evidence: [attach.sequence],
      clause: 'virtio 1.2, 5.13.6.9',
      sentence: `rogue tried to write 4 bytes of data at 0x12345000, where nothing has been mapped since ATTACH #${attach.sequence} put it into domain ${domainOf(guest, ROGUE_ENDPOINT)}.`,
    });
  });

  guestTest('what another endpoint has mapped', ({ guest }) => {
    const { virtStart } = mappingOf(guest, NET_ENDPOINT);
    const expected = { cause: 'other-domain', evidence: [makerOf(guest, NET_ENDPOINT, virtStart)] };
    expect(explainAccess(guest, ROGUE_ENDPOINT, 'read', virtStart)).toMatchObject(expected);
  });

  guestTest('what the disk’s driver has unmapped', async ({ guest }) => {
    await guest.run('disk-read virtio');
    const domain = domainOf(guest, BLOCK_ENDPOINT);
    const unmap = latest(guest, (event) => event.kind === 'unmapped' && event.domain === domain);
    if (unmap.kind !== 'unmapped') throw new Error('an UNMAP');
    const map = makerOf(guest, BLOCK_ENDPOINT, unmap.virtStart);
    expect(explainAccess(guest, BLOCK_ENDPOINT, 'write', unmap.virtStart, 512)).toMatchObject({
      cause: 'unmapped',
      evidence: [map, unmap.sequence],
    });
  });

  guestTest('a buffer that the network card may only write', async ({ guest }) => {
    await guest.run('net-ping');
    const { virtStart } = mappingOf(guest, NET_ENDPOINT, (flags) => flags === WRITE);
    const expected = { cause: 'write-only', evidence: [makerOf(guest, NET_ENDPOINT, virtStart)] };
    expect(explainAccess(guest, NET_ENDPOINT, 'read', virtStart)).toMatchObject(expected);
  });

  guestTest('past the end of a mapping, by its last bytes', ({ guest }) => {
    const { virtStart, virtEnd } = mappingOf(guest, BLOCK_ENDPOINT, (flags) => flags === 3);
    const map = makerOf(guest, BLOCK_ENDPOINT, virtStart);
    const found = explainAccess(guest, BLOCK_ENDPOINT, 'read', virtEnd - 7n, 24);
    expect(found).toMatchObject({ cause: 'past-end' });
    expect(found?.evidence).toContain(map);
    expect(found?.sentence).toContain('16 bytes past the end of the mapping of');
  });

  guestTest('before the start of a mapping', ({ guest }) => {
    const { virtStart } = mappingOf(guest, BLOCK_ENDPOINT, (flags) => (flags & READ) !== 0);
    const map = makerOf(guest, BLOCK_ENDPOINT, virtStart);
    const found = explainAccess(guest, BLOCK_ENDPOINT, 'read', virtStart - 8n, 16);
    expect(found).toMatchObject({ cause: 'before-start' });
    expect(found?.evidence).toContain(map);
  });

  guestTest('above the input range', ({ guest }) => {
    expect(explainAccess(guest, BLOCK_ENDPOINT, 'read', 0x1_0000_0000n)).toMatchObject({
      cause: 'outside-input-range',
      evidence: [],
    });
  });

  guestTest('in the interrupt window, and partly in it', ({ guest }) => {
    const probe = latest(
      guest,
      (event) => event.kind === 'probed' && event.endpoint === ROGUE_ENDPOINT,
    ).sequence;
    expect(explainAccess(guest, ROGUE_ENDPOINT, 'read', 0xfee0_0000n)).toMatchObject({
      cause: 'msi-window-read',
      evidence: [probe],
    });
    expect(explainAccess(guest, ROGUE_ENDPOINT, 'write', 0xfeef_fffcn, 8)).toMatchObject({
      cause: 'partly-in-msi-window',
      evidence: [probe],
    });
  });
});

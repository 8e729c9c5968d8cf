// An access that no driver asked for is stopped, and reported exactly once on each side.

import { describe, expect } from 'vitest';
import { toIova } from '../../src/memory/address.ts';
import { NET_ENDPOINT, ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { DRIVEN_ENDPOINTS } from '../support/driven-endpoints.ts';
import type { GuestSession } from '../../src/guest/testing.ts';
import { guestTest } from './support/guest-test.ts';

const UNMAPPED = 0xdead_0000n;

/** What the guest's driver reported. */
async function reportedFaults(guest: GuestSession): Promise<readonly string[]> {
  const { output } = await guest.run('dmesg | grep "fault from EP"');
  return output.split('\n').filter((line) => line !== '');
}

function recordedFaults(guest: GuestSession): readonly object[] {
  return guest.iommu.events.map(({ event }) => event).filter(({ kind }) => kind === 'faulted');
}

describe('a rogue access', () => {
  guestTest.for([
    { access: 'read', mark: 'R', flags: 0x101 },
    { access: 'write', mark: 'W', flags: 0x102 },
  ] as const)(
    'to $access an unmapped IOVA is one fault in the record and one in dmesg',
    async ({ access, mark, flags }, { guest }) => {
      const request = { endpoint: ROGUE_ENDPOINT, address: UNMAPPED, access, length: 64 };
      expect(guest.rogueDma(request)).toMatchObject({ outcome: 'blocked', address: UNMAPPED });
      const [line, ...others] = await reportedFaults(guest);
      expect(line).toMatch(new RegExp(`page fault from EP 4098 at 0xdead0000 \\[${mark}\\]`));
      expect(others).toEqual([]);
      expect(recordedFaults(guest)).toEqual([
        expect.objectContaining({
          endpoint: ROGUE_ENDPOINT,
          address: UNMAPPED,
          flags,
          length: 64,
          isReported: true,
        }),
      ]);
    },
  );

  guestTest.for(DRIVEN_ENDPOINTS)('by $name is stopped too', async ({ id }, { guest }) => {
    const request = { endpoint: id, address: UNMAPPED, access: 'write', length: 4 } as const;
    expect(guest.rogueDma(request).outcome).toBe('blocked');
    expect(await reportedFaults(guest)).toEqual([
      expect.stringContaining(`page fault from EP ${id} at 0xdead0000 [W]`),
    ]);
    expect(guest.iommu.totals().faults).toBe(1);
  });

  guestTest('does not reach what another endpoint has mapped', ({ guest }) => {
    const { domains } = guest.iommu.state();
    const netDomain = domains.find(({ endpoints }) => endpoints.includes(NET_ENDPOINT));
    const address = guest.iommu.mappings(netDomain?.id ?? -1)[0]?.virtStart ?? toIova(0n);
    const read = (endpoint: number): string =>
      guest.rogueDma({ endpoint, address, access: 'read', length: 4 }).outcome;
    expect(read(NET_ENDPOINT)).toBe('completed');
    expect(read(ROGUE_ENDPOINT)).toBe('blocked');
  });

  guestTest('to the interrupt window is an interrupt, and no access to memory', ({ guest }) => {
    const request = { endpoint: ROGUE_ENDPOINT, address: 0xfee0_0000n, length: 4 } as const;
    const written = guest.rogueDma({ ...request, access: 'write' });
    expect(written).toMatchObject({ outcome: 'completed', isBypass: false, region: 'msi' });
    expect(guest.rogueDma({ ...request, access: 'read' }).outcome).toBe('blocked');
  });

  guestTest('that no endpoint can make is refused and changes nothing', ({ guest }) => {
    const request = { endpoint: 7, address: UNMAPPED, access: 'read', length: 4 } as const;
    expect(() => guest.rogueDma(request)).toThrow('There is no endpoint 7');
    expect(guest.iommu.totals().faults).toBe(0);
  });
});

guestTest('a sweep finds nothing wrong, and neither guest nor record notice', async ({ guest }) => {
  await guest.pause();
  const before = { digest: guest.digest(), state: guest.iommu.state(), at: guest.instructions };
  const result = await guest.sweep({ pages: 1 << 16, endpoints: ['rogue', 'virtio-net'] });
  expect(result).toMatchObject({ leaked: 0, wronglyBlocked: 0, pages: 1 << 16 });
  expect(result.accesses).toBeGreaterThan(4 << 16);
  const top = await guest.sweep({ endpoints: ['virtio-blk'], edgeAccesses: 500 });
  expect(top.endpoints[0]?.map.some((bits) => bits !== 0)).toBe(true);
  expect(top).toMatchObject({ leaked: 0, wronglyBlocked: 0 });
  expect({ digest: guest.digest(), state: guest.iommu.state(), at: guest.instructions }).toEqual(
    before,
  );
});

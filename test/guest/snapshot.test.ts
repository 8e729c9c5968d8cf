// A restored guest goes on as if nothing had happened, and at once.

import { describe, expect } from 'vitest';
import { ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { GuestSession } from '../../src/guest/testing.ts';
import { DATA_CHECKS } from './support/data-checks.ts';
import { guestTest } from './support/guest-test.ts';

const UNMAPPED = 0x1000_0000n;
const ROGUE_WRITE = {
  endpoint: ROGUE_ENDPOINT,
  address: UNMAPPED,
  access: 'write',
  length: 4,
} as const;

/** Busy moments: what the snapshot has to carry is then not only what every boot has. */
const MAKE_BUSY = [
  'net-ping 1',
  'share-read',
  'dd if=/dev/urandom of=/dev/vda bs=4096 seek=7 count=1',
  'sync',
  'echo kept >/tmp/note',
].join(' && ');

describe('a snapshot of a guest at work', () => {
  guestTest('restores the IOMMU, memory and what was written to the disks', async ({ guest }) => {
    const read = 'dd if=/dev/vda bs=4096 skip=7 count=1 iflag=direct 2>/dev/null | md5sum';
    await guest.run(MAKE_BUSY);
    const written = await guest.run(`${read}; cat /tmp/note`);
    const snapshot = await guest.save();
    await guest.pause();
    const state = guest.iommu.state();
    const totals = guest.iommu.totals();
    const mappings = state.domains.map(({ id }) => guest.iommu.mappings(id));
    guest.start();
    await guest.run('disk-read');
    await guest.run('dd if=/dev/zero of=/dev/vda bs=4096 seek=7 count=1; sync; rm /tmp/note');
    await guest.restore(snapshot);
    await guest.pause();
    expect(guest.iommu.state().domains).toEqual(state.domains);
    expect(guest.iommu.totals()).toEqual(totals);
    expect(state.domains.map(({ id }) => guest.iommu.mappings(id))).toEqual(mappings);
    guest.start();
    expect(written.output).toMatch(/^[0-9a-f]{32} {2}-\nkept\n$/);
    await expect(
      guest.run(`echo 3 >/proc/sys/vm/drop_caches; ${read}; cat /tmp/note`),
    ).resolves.toEqual(written);
  });

  guestTest('is at its prompt at once, without a boot', async ({ guest, booted }) => {
    const booting = guest.instructions;
    await guest.restore(booted.snapshot);
    expect(guest.instructions).toBe(booting);
    await guest.run('true');
    expect(guest.instructions - booting).toBeLessThan(booting / 10);
  });

  guestTest(
    'continues in another session, with disk, network, share and faults',
    async ({ booted }) => {
      const other = await GuestSession.create();
      try {
        await other.restore(booted.snapshot);
        for (const check of DATA_CHECKS) await check.verify(other);
        expect(other.iommu.totals().faults).toBe(0);
        expect(other.rogueDma(ROGUE_WRITE).outcome).toBe('blocked');
        await other.waitFor(/page fault from EP 4098 at 0x10000000 \[W\]/);
        expect(other.iommu.totals().faults).toBe(1);
      } finally {
        await other.dispose();
      }
    },
  );

  guestTest(
    'does not fit a machine with another plan, which goes on',
    async ({ guest, booted }) => {
      const { machine } = booted.snapshot;
      const plan = { ...machine.plan, memoryMiB: 256, append: 'quiet' };
      await expect(
        guest.restore({ ...booted.snapshot, machine: { ...machine, plan } }),
      ).rejects.toThrow(
        /memory is 128 MiB and was 256; the addition to the command line is empty and was "quiet"/,
      );
      guest.start();
      await expect(guest.run('echo alive')).resolves.toMatchObject({ output: 'alive\n' });
    },
  );
});

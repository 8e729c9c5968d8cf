// Starting from the snapshot of a booted guest is the same as having booted it.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bootReadyGuest } from '../../src/guest/ready-boot.ts';
import { readyGuest } from '../../src/guest/ready-guest.ts';
import { GuestSession } from '../../src/guest/guest-session.ts';
import type { RunDigest } from '../../src/machine/recording/run-digest.ts';
import { writeSnapshotFile } from '../../src/machine/snapshot/snapshot-file.ts';

const WORK = 'head -c 1048576 /dev/vda >/dev/null; net-ping 1; share-read';

async function digestOfWork(session: GuestSession): Promise<RunDigest> {
  try {
    await expect(session.run(WORK)).resolves.toMatchObject({ exitCode: 0 });
    return session.digest();
  } finally {
    await session.dispose();
  }
}

describe('GuestSession.start', () => {
  it('goes on as the guest does that was booted and saved', async () => {
    const straight = await GuestSession.boot();
    await straight.save();
    const started = await GuestSession.start();
    expect(started.console).toBe(straight.console);
    expect(started.iommu.events).toEqual(straight.iommu.events);
    expect(started.iommu.totals()).toEqual(straight.iommu.totals());
    expect([started.bootMs, started.timeMs]).toEqual([straight.bootMs, straight.timeMs]);
    const expected = await digestOfWork(straight);
    await expect(digestOfWork(started)).resolves.toEqual(expected);
  });

  it('tells listeners of the boot, and boots on a power cycle', async () => {
    const pieces: Uint8Array[] = [];
    let events = 0;
    const session = await GuestSession.start({
      onConsole: (bytes) => pieces.push(bytes),
      onEvent: () => (events += 1),
    });
    try {
      expect(new TextDecoder().decode(pieces[0])).toMatch(/^.*Linux version [^]*# /);
      expect(events).toBe(session.iommu.events.length);
      await session.powerCycle();
      await expect(session.run('echo up')).resolves.toMatchObject({ output: 'up\n' });
      expect(pieces.length).toBeGreaterThan(1);
    } finally {
      await session.dispose();
    }
  });

  it('takes no checkpoint of where it began, and one after some work', async () => {
    const session = await GuestSession.start({ checkpointBytes: 64 << 20 });
    try {
      await session.run('echo up');
      expect(session.past.checkpoints.checkpoints).toBe(0);
      await session.run('disk-read virtio; disk-read ide; net-ping; share-read');
      expect(session.past.checkpoints.checkpoints).toBeGreaterThan(0);
    } finally {
      await session.dispose();
    }
  });

  it('boots another machine that is asked for', async () => {
    // Which one it is can be seen before it is up
    const session = await GuestSession.start({ iommu: 'off', until: 'Linux version' });
    expect(session.iommu.isPresent).toBe(false);
    await session.dispose();
  });
});

it('makes a snapshot of the same bytes each time, in another process too', async () => {
  const sums: string[] = [];
  for (const guest of [await readyGuest(), await bootReadyGuest()]) {
    const file = await writeSnapshotFile(guest);
    sums.push(createHash('sha256').update(file).digest('hex'));
  }
  expect(sums[1]).toBe(sums[0]);
});

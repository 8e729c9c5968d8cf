// What a plan says of a machine, seen from inside its guest.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuestSession, InputError } from '../../src/guest/testing.ts';

const PLAN = {
  memoryMiB: 80,
  append: 'viommu.test',
  date: '2031-05-06T07:08:09Z',
  endpoints: {
    ide: false,
    rogue: false,
    'virtio-9p': false,
    'virtio-console': false,
    'virtio-net': false,
  },
};

async function uuidOf(guest: GuestSession): Promise<string> {
  return (await guest.run('cat /proc/sys/kernel/random/uuid')).output;
}

describe('a guest of a plan', () => {
  let guest: GuestSession;
  let uuid: string;
  beforeAll(async () => {
    guest = await GuestSession.boot({ plan: PLAN, seed: 1 });
    uuid = await uuidOf(guest);
  });
  afterAll(() => guest.dispose());

  it('finds what is plugged in, and nothing of what is not', async () => {
    const ask = async (command: string): Promise<string> => (await guest.run(command)).output;

    expect(await ask('cat /sys/bus/pci/devices/*/device')).not.toMatch(/0x10(00|09|43)|0x7010/);
    expect(
      await ask('ls /sys/bus/virtio/devices/*/driver/module /sys/block /dev | cat'),
    ).not.toMatch(/\b(sda|hvc0)\b/);
    expect(await ask('cat /sys/class/misc/hw_random/rng_available')).toBe('none\n');
    expect(await ask('ls /sys/class/net')).toBe('lo\n');
    expect(await ask('cat /proc/cmdline')).toMatch(/ viommu\.test\n$/);
    expect(await ask('date -u +%Y-%m-%dT%H:%M')).toBe('2031-05-06T07:08\n');
    expect((await guest.run('disk-read virtio')).exitCode).toBe(0);
    expect(guest.iommu.state().endpoints.map(({ id }) => id)).toEqual([0x1001]);
    expect(guest.iommu.totals().faults).toBe(0);
    const request = { address: 0n, access: 'read', length: 4 } as const;
    expect(() => guest.rogueDma({ ...request, endpoint: 'rogue' })).toThrow(InputError);
    expect(guest.rogueDma({ ...request, endpoint: 'virtio-blk' }).outcome).toBe('blocked');

    const saved = await guest.save();
    await guest.restore(saved);
    expect((await guest.run('disk-read virtio')).exitCode).toBe(0);
  });

  it('has another chance with another seed', async () => {
    // That the same seed makes the same run is seen in start.test.ts
    await using other = await GuestSession.boot({ plan: PLAN, seed: 2 });
    expect(await uuidOf(other)).not.toBe(uuid);
  });
});

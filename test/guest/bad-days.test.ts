// Bad days of a guest: devices are unplugged, unbound and moved while they work, the IOMMU is reset under its driver. After each the
// device is in the state that its record has, nothing leaks, and a stray access is explained by what had happened.

import { describe, expect } from 'vitest';
import type { GuestSession } from '../../src/guest/testing.ts';
import {
  BLOCK_ENDPOINT,
  MMIO_BLOCK_BASE,
  NET_ENDPOINT,
  ROGUE_ENDPOINT,
  SHARE_ENDPOINT,
} from '../../src/machine/plan/topology.ts';
import { CONFIG_BYPASS } from '../../src/iommu/protocol/protocol.ts';
import { explain } from '../../src/trace/explain/explain.ts';
import type { Explanation } from '../../src/trace/explain/explanation.ts';
import { History } from '../../src/trace/replay/history.ts';
import { VIRTIO_MMIO_CONFIG, VIRTIO_MMIO_STATUS } from '../../src/virtio/mmio-registers.ts';
import { guestTest } from './support/guest-test.ts';
import { expectSound, READ_DISKS } from './support/sound.ts';

const NET_SLOT = '/sys/bus/pci/devices/0000:00:0a.0';
const VIRTIO_PCI = '/sys/bus/pci/drivers/virtio-pci';
const SHORT_STALL_MS = 1000;

async function run(guest: GuestSession, command: string): Promise<string> {
  const { exitCode, output } = await guest.run(command);
  expect(exitCode, output).toBe(0);
  return output.trim();
}

/** What an endpoint's write to a page that nobody maps comes to, and why. */
function stray(guest: GuestSession, endpoint: number): string | Explanation | undefined {
  const request = { endpoint, address: 0x5000n, access: 'write', length: 4 } as const;
  const result = guest.rogueDma(request);
  if (result.outcome === 'completed') return result.isBypass ? 'past the IOMMU' : 'translated';
  const { record } = guest.iommu;
  return explain(new History(record), record.lastSequence);
}

/** A register of the IOMMU's window, for `devmem`. */
function register(offset: number): string {
  return `0x${(MMIO_BLOCK_BASE + offset).toString(16)}`;
}

describe('a guest with a bad day:', () => {
  guestTest('a network card is unplugged under load, and comes back', async ({ guest }) => {
    const load = 'net-ping 1; (ping -A -w 20 192.168.86.1 >/dev/null 2>&1 &); usleep 20000';
    await run(guest, `${load}; echo 1 > ${NET_SLOT}/remove; [ ! -e ${NET_SLOT} ]`);
    await expectSound(guest);
    const detach = guest.iommu.events.findLast(({ event }) => event.kind === 'detached')?.event;
    // Without a domain it is where it was before Linux attached it: past the IOMMU while bypass is on
    expect(stray(guest, NET_ENDPOINT)).toBe('past the IOMMU');
    await run(guest, `devmem ${register(VIRTIO_MMIO_CONFIG + CONFIG_BYPASS)} 8 0`);
    expect(stray(guest, NET_ENDPOINT)).toMatchObject({
      cause: 'detached',
      evidence: [detach?.sequence],
    });
    await run(guest, 'echo 1 > /sys/bus/pci/rescan; net-ping 1');
    expect(stray(guest, NET_ENDPOINT)).toMatchObject({ cause: 'never-mapped' });
    await expectSound(guest);
    expect(guest.iommu.totals()).toMatchObject({ rejected: 0, faults: 2 });
  });

  guestTest('a disk loses its driver under load, and gets it back', async ({ guest }) => {
    const driver = '/sys/bus/virtio/drivers/virtio_blk';
    await run(guest, `${READ_DISKS}; echo virtio1 > ${driver}/unbind; [ ! -e /dev/vda ]`);
    await expectSound(guest);
    // Linux leaves an endpoint in its domain when it takes the driver away
    expect(stray(guest, BLOCK_ENDPOINT)).toMatchObject({ cause: 'never-mapped' });
    await run(guest, `echo virtio1 > ${driver}/bind; head -c 1048576 /dev/vda >/dev/null`);
    await expectSound(guest);
    expect(guest.iommu.totals()).toMatchObject({ rejected: 0, faults: 1 });
  });

  guestTest('a group is passed through, and translated again', async ({ guest }) => {
    const group = '$(readlink -f /sys/bus/pci/devices/0000:00:06.0/iommu_group)';
    const change = (type: string): string =>
      `echo 0000:00:06.0 > ${VIRTIO_PCI}/unbind; echo ${type} > ${group}/type && echo 0000:00:06.0 > ${VIRTIO_PCI}/bind; share-read`;
    // A group whose driver is bound keeps its type
    const { exitCode } = await guest.run(`echo identity > ${group}/type`);
    expect(exitCode).toBe(1);
    await run(guest, change('identity'));
    expect(guest.iommu.state().endpoints.find(({ id }) => id === SHARE_ENDPOINT)?.mode).toBe(
      'bypass',
    );
    expect(stray(guest, SHARE_ENDPOINT)).toBe('past the IOMMU');
    await expectSound(guest);
    await run(guest, `umount /mnt/share; ${change('DMA')}`);
    expect(stray(guest, SHARE_ENDPOINT)).toMatchObject({ cause: 'never-mapped' });
    await expectSound(guest);
    expect(guest.iommu.totals()).toMatchObject({ rejected: 0, faults: 1 });
  });

  guestTest('the IOMMU is reset under its driver', async ({ guest }) => {
    const bypassOff = `devmem ${register(VIRTIO_MMIO_CONFIG + CONFIG_BYPASS)} 8 0`;
    const reset = `devmem ${register(VIRTIO_MMIO_STATUS)} 32 0`;
    // Linux 6.12 waits for the answer to a request in a loop, interrupts off (`__viommu_sync_req`): the device that was
    // reset never answers, and the guest is stuck at its next request
    const command = guest.run(`${READ_DISKS}; ${bypassOff}; ${reset}; disk-read`, {
      stallMs: SHORT_STALL_MS,
    });
    await expect(command).rejects.toMatchObject({ failure: 'stalled' });
    const { endpoints, domains, sequence } = guest.iommu.state();
    expect(endpoints.every(({ mode }) => mode === 'blocked')).toBe(true);
    expect(domains).toEqual([]);
    const found = stray(guest, ROGUE_ENDPOINT);
    expect(found).toMatchObject({ cause: 'reset-meanwhile' });
    const lastReset = guest.iommu.events.findLast(({ event }) => event.kind === 'reset')?.event;
    expect(lastReset?.sequence).toBeLessThanOrEqual(sequence);
    await expectSound(guest);
  });
});

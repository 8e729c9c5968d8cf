// A device in students' hands: driven by a shell, by VFIO, by a module of the kernel, and turned against the kernel.

import { describe, expect } from 'vitest';
import type { GuestSession } from '../../src/guest/testing.ts';
import { EDU_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { explain } from '../../src/trace/explain/explain.ts';
import type { Explanation } from '../../src/trace/explain/explanation.ts';
import { History } from '../../src/trace/replay/history.ts';
import { framesOf } from '../../src/kernel/stack-frames.ts';
import { attack, stoppedBy, THROUGH } from './support/dma-attack.ts';
import { eduTest } from './support/edu-guest.ts';
import { expectSound } from './support/sound.ts';
import { committedSymbols } from './support/who-log.ts';

const PAGE_BYTES = 4096;
const SLOT = '/sys/bus/pci/devices/0000:00:05.0';

/** Bytes from one guest-physical address to another, by two transfers of four bytes. */
const COPY = `
copy() {
  devmem 0xfb000080 32 $1; devmem 0xfb000088 32 0x40000; devmem 0xfb000090 32 4; devmem 0xfb000098 32 1
  usleep 2000
  devmem 0xfb000080 32 0x40000; devmem 0xfb000088 32 $2; devmem 0xfb000098 32 3
  usleep 2000
}
`;

async function run(guest: GuestSession, command: string): Promise<string> {
  const { output, exitCode } = await guest.run(command);
  expect(exitCode, output).toBe(0);
  return output;
}

/** The latest access of edu that was stopped, in words. */
function explainFault(guest: GuestSession): Explanation | undefined {
  const { record } = guest.iommu;
  const fault = guest.iommu.events
    .map(({ event }) => event)
    .findLast((event) => event.kind === 'faulted' && event.endpoint === EDU_ENDPOINT);
  return explain(new History(record), fault?.sequence ?? 0);
}

/** The UNMAP that took an address away, as the record has it. */
function unmapOf(guest: GuestSession, address: bigint): number | undefined {
  return guest.iommu.events
    .map(({ event }) => event)
    .findLast((event) => event.kind === 'unmapped' && event.virtStart === address)?.sequence;
}

describe('edu', () => {
  eduTest('by a shell works, and reaches what its endpoint may', async ({ guest }) => {
    const sh = async (command: string): Promise<string> =>
      (await run(guest, COPY + command)).trim();
    const mode = (): string | undefined =>
      guest.iommu.state().endpoints.find(({ id }) => id === EDU_ENDPOINT)?.mode;
    const write = { endpoint: 'edu', address: 0x8100n, access: 'write', length: 4 } as const;

    // Linux finds it, has no driver for it, and leaves its bus mastering off
    expect(await sh(`cat ${SLOT}/vendor ${SLOT}/device ${SLOT}/class`)).toBe(
      '0x1234\n0x11e8\n0x00ff00',
    );
    expect(await sh(`cat ${SLOT}/reset_method`)).toContain('af_flr');
    expect(guest.rogueDma(write)).toEqual({ outcome: 'no-master' });

    // Without a driver of its own it is in no domain: whoever reaches its registers reaches all memory
    expect(mode()).toBe('bypass');
    await sh(`printf '\\006\\000' | dd of=${SLOT}/config bs=1 seek=4 conv=notrunc`);
    expect(await sh('devmem 0x8000 32 0x5ca1ab1e; copy 0x8000 0x8100; devmem 0x8100')).toBe(
      '0x5CA1AB1E',
    );
    expect(guest.rogueDma(write)).toMatchObject({ outcome: 'completed', isBypass: true });
    expect(guest.iommu.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'master-changed', endpoint: EDU_ENDPOINT, isMaster: true }),
    );

    // With one it is in a domain, in which nothing is mapped
    await sh('echo 1234 11e8 > /sys/bus/pci/drivers/uio_pci_generic/new_id');
    expect(mode()).toBe('attached');
    await sh('devmem 0x8100 32 0; copy 0x8000 0x8100');
    expect(await sh('devmem 0x8100')).toBe('0x00000000');
    expect(await sh('dmesg | grep "fault from EP"')).toMatch(
      /page fault from EP 40 at 0x8000 \[R\]\n.*page fault from EP 40 at 0x8100 \[W\]/,
    );
    expect(guest.iommu.totals().faults).toBe(2);

    // Its pin is its own, and a reset takes everything back
    const waiting =
      '(dd if=/dev/uio0 bs=4 count=1 2>/dev/null | hexdump -e \'"%d"\') & usleep 100000';
    expect(await sh(`${waiting}; devmem 0xfb000060 32 0x10; wait`)).toBe('1');
    expect(await sh('grep uio_pci_generic /proc/interrupts')).toMatch(/^20: +1 +IO-APIC/);
    await sh(`devmem 0xfb000064 32 0x10; devmem 0xfb000004 32 5; echo 1 > ${SLOT}/reset`);
    expect(await sh('devmem 0xfb000004')).toBe('0x00000000');

    // All of it comes again
    const digest = guest.digest();
    const attach = guest.iommu.events.find(
      ({ event }) => event.kind === 'attached' && event.endpoint === EDU_ENDPOINT,
    );
    await guest.past.goTo(attach?.event.sequence ?? 0);
    expect(mode()).toBe('attached');
    await guest.past.toEnd();
    expect(guest.digest()).toEqual(digest);
  });

  eduTest('by VFIO reaches memory while it is mapped, and only then', async ({ guest }) => {
    const output = await run(guest, 'edu');
    expect(output.split('\n')).toEqual([
      'bind: allow_unsafe_interrupts=Y, as this IOMMU remaps no interrupts',
      expect.stringMatching(/^bind: vfio-pci drives 0000:00:05\.0, group \d+\. Nothing is mapped/),
      'map: two pages of this program at IOVA 0x100000-0x101fff',
      'dma: 4096 bytes from 0x100000 to the device, and back to 0x101000: all as sent',
      'show: mapped by this program: 0x100000-0x101fff, for reading and writing',
      '      edu version 1.0; DMA source 0x40000, target 0x101000, count 4096',
      'unmap: IOVA 0x100000-0x101fff leads nowhere now',
      'dma: from 0x100000 to the device, and back to 0x101000: 0 of 4096 bytes arrived',
      '     the IOMMU stopped it: page fault from EP 40 at 0x100000 [R]',
      '     the IOMMU stopped it: page fault from EP 40 at 0x101000 [W]',
      '',
    ]);
    const endpoint = guest.iommu.state().endpoints.find(({ id }) => id === EDU_ENDPOINT);
    expect(endpoint).toMatchObject({
      translatedBytes: 2 * PAGE_BYTES,
      blockedBytes: 2 * PAGE_BYTES,
      bypassed: 0,
    });

    const unmap = unmapOf(guest, 0x10_0000n);
    const found = explainFault(guest);
    expect(found).toMatchObject({ cause: 'unmapped', clause: 'virtio 1.2, 5.13.6.6' });
    expect(found?.evidence).toContain(unmap);
    expect(found?.sentence).toMatch(
      new RegExp(
        `^edu tried to write 4 KiB of data at 0x101000, but UNMAP #${unmap}, .*[\\d.]+ ms earlier, had removed`,
      ),
    );
  });

  eduTest('takes steps one by one, and interrupts its program by MSI', async ({ guest }) => {
    const output = await run(guest, "printf 'bind\\nmap 0x1000000\\nirq dma\\n' | edu -");
    expect(output).toContain('irq: the device wrote its message (MSI)');
    expect(output).toContain('from 0x1000000 to the device, and back to 0x1001000: all as sent');
    const { exitCode, output: refused } = await guest.run('edu bind map 0x1001');
    expect([exitCode, refused]).toEqual([2, expect.stringContaining('0x1001 is no place for')]);
    expect(await run(guest, 'ls /sys/bus/pci/drivers/vfio-pci')).not.toContain('0000:00:05.0');
  });

  eduTest('by the example module does the same in the kernel, with MSI', async ({ guest }) => {
    const output = await run(
      guest,
      'share-read edu.ko >/dev/null && insmod /mnt/share/edu.ko stray=1 && dmesg | sed -n "s/.*\\] edu 0000:00:05.0: //p"; lsmod',
    );
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/^Adding to iommu group/),
      'edu 1.0, interrupts by MSI',
      'factorial: 10! = 3628800, told by an interrupt',
      expect.stringMatching(/^coherent DMA: 4096 bytes there and back at 0x0/),
      expect.stringMatching(/^streaming DMA: 4096 bytes out from 0x0\w+, in to 0x0/),
      expect.stringMatching(/^stray DMA to 0x0\w+, which is unmapped: nothing arrived$/),
      'self-test passed',
      expect.stringMatching(/^Module/),
      expect.stringMatching(/^edu /),
      '',
    ]);
    const [, stray = ''] = /stray DMA to (0x\w+)/.exec(output) ?? [];
    const found = explainFault(guest);
    expect(found).toMatchObject({ cause: 'unmapped' });
    const unmap = unmapOf(guest, BigInt(stray));
    expect(found?.evidence).toContain(unmap);
    // The module's own functions are named, as those of the kernel are
    const { stack } = found?.who.find(({ sequence }) => sequence === unmap) ?? { stack: null };
    const symbols = guest.who.withModules(committedSymbols(guest));
    const names = stack === null ? [] : framesOf(stack, symbols).map(({ name }) => name);
    expect(names.filter((name) => name?.startsWith('edu_'))).toEqual(['edu_stream', 'edu_probe']);
    expect(names).toContain('pci_device_probe');
    await run(guest, 'rmmod edu && ! lsmod | grep -q edu');
  });
});

/** On other machines: modes.test.ts. */
describe('dma-attack', () => {
  eduTest('gets through to a device that no driver has taken, IOMMU or not', async ({ guest }) => {
    expect(await attack(guest)).toMatchObject({ ...THROUGH, domain: null });
    expect(await run(guest, 'iommu-info')).toMatch(
      /^none +- +0000:00:05\.0 +- +all memory: no driver has taken it, and boot bypass is on$/m,
    );
  });

  eduTest('is stopped where a driver has once been bound', async ({ guest }) => {
    await run(guest, 'edu bind');
    expect(await attack(guest)).toMatchObject({ ...stoppedBy('page'), domain: 'DMA' });
  });
});

describe('a hostile driver', () => {
  const SAID = "dmesg -c | sed -n 's/.*\\] hostile: //p'";

  eduTest('floods the IOMMU from inside the guest, which goes on', async ({ guest }) => {
    const fetch =
      'share-read hostile.ko >/dev/null && cp /mnt/share/hostile.ko /tmp && umount /mnt/share';
    const output = await run(
      guest,
      `${fetch} && insmod /tmp/hostile.ko count=10000 && rmmod hostile && ${SAID}`,
    );
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/^loading/),
      '2 requests that are right: 2 accepted, 0 refused, 0 not answered',
      // Of 28 kinds four are not answered: an unknown type, and three without room for an answer that is whole
      expect.stringMatching(
        /^10000 wrong requests: 0 accepted, \d{4} refused, \d{4} not answered$/,
      ),
      '10000 domains, one after the other: 10000 accepted, 0 refused, 0 not answered',
      '1 domain again: 1 accepted, 0 refused, 0 not answered',
      '10000 pages mapped one by one, and there was still room; one UNMAP took all of them',
      '1 DETACH: 1 accepted, 0 refused, 0 not answered',
      '',
    ]);
    expect(guest.iommu.totals()).toMatchObject({ rejected: 10_000, faults: 0 });
    await expectSound(guest);
    await run(guest, 'head -c 65536 /dev/vda >/dev/null && share-read edu.ko');

    // A device that was reset behind its driver's back leads nobody anywhere: only what needs no DMA goes on
    const rings = 'insmod /tmp/hostile.ko count=0 rings=160 && rmmod hostile';
    const taken = await run(guest, `umount /mnt/share; ${rings} && ${SAID}`);
    expect(taken).toMatch(
      /^160 wrong rings: after \d+ the device needed a reset, after 0 it did not work again$/m,
    );
    expect(guest.iommu.state()).toMatchObject({ domains: [] });
    expect(await run(guest, 'echo alive')).toBe('alive\n');
  });
});

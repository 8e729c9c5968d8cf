// A device to write drivers for, driven by a shell: what Linux makes of it, and what it reaches.

import { expect } from 'vitest';
import { EDU_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { eduTest } from './support/edu-guest.ts';

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

eduTest('edu works in a guest, and reaches what its endpoint may', async ({ guest }) => {
  const run = async (command: string): Promise<string> => {
    const { output, exitCode } = await guest.run(COPY + command);
    expect(exitCode, output).toBe(0);
    return output.trim();
  };
  const mode = (): string | undefined =>
    guest.iommu.state().endpoints.find(({ id }) => id === EDU_ENDPOINT)?.mode;
  const write = { endpoint: 'edu', address: 0x8100n, access: 'write', length: 4 } as const;

  // Linux finds it, has no driver for it, and leaves its bus mastering off
  expect(await run(`cat ${SLOT}/vendor ${SLOT}/device ${SLOT}/class`)).toBe(
    '0x1234\n0x11e8\n0x00ff00',
  );
  expect(await run(`cat ${SLOT}/reset_method`)).toContain('af_flr');
  expect(guest.rogueDma(write)).toEqual({ outcome: 'no-master' });

  // Without a driver of its own it is in no domain: whoever reaches its registers reaches all memory
  expect(mode()).toBe('bypass');
  await run(`printf '\\006\\000' | dd of=${SLOT}/config bs=1 seek=4 conv=notrunc`);
  expect(await run('devmem 0x8000 32 0x5ca1ab1e; copy 0x8000 0x8100; devmem 0x8100')).toBe(
    '0x5CA1AB1E',
  );
  expect(guest.rogueDma(write)).toMatchObject({ outcome: 'completed', isBypass: true });
  expect(guest.iommu.events.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ kind: 'master-changed', endpoint: EDU_ENDPOINT, isMaster: true }),
  );

  // With one it is in a domain, in which nothing is mapped
  await run('echo 1234 11e8 > /sys/bus/pci/drivers/uio_pci_generic/new_id');
  expect(mode()).toBe('attached');
  await run('devmem 0x8100 32 0; copy 0x8000 0x8100');
  expect(await run('devmem 0x8100')).toBe('0x00000000');
  expect(await run('dmesg | grep "fault from EP"')).toMatch(
    /page fault from EP 40 at 0x8000 \[R\]\n.*page fault from EP 40 at 0x8100 \[W\]/,
  );
  expect(guest.iommu.totals().faults).toBe(2);

  // Its pin is its own, and a reset takes everything back
  const waiting =
    '(dd if=/dev/uio0 bs=4 count=1 2>/dev/null | hexdump -e \'"%d"\') & usleep 100000';
  expect(await run(`${waiting}; devmem 0xfb000060 32 0x10; wait`)).toBe('1');
  expect(await run('grep uio_pci_generic /proc/interrupts')).toMatch(/^20: +1 +IO-APIC/);
  await run(`devmem 0xfb000064 32 0x10; devmem 0xfb000004 32 5; echo 1 > ${SLOT}/reset`);
  expect(await run('devmem 0xfb000004')).toBe('0x00000000');

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

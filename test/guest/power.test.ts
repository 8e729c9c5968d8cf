// The guest restarts, switches off, panics or falls silent.

import { describe, expect, it } from 'vitest';
import { DRIVEN_ENDPOINTS } from '../support/driven-endpoints.ts';
import { gunzip } from '../../src/machine/images/image-files.ts';
import { loadImages } from '../../src/guest/guest-files.ts';
import { GuestSession } from '../../src/guest/testing.ts';
import { QUICK_CHECKS } from './support/data-checks.ts';
import { guestTest } from './support/guest-test.ts';
import { expectSound, READ_DISKS } from './support/sound.ts';

const SHORT_STALL_MS = 1000;

describe('a guest', () => {
  guestTest('that restarts amid DMA works again, and its command has ended', async ({ guest }) => {
    const rebooted = guest.waitForReboot();
    // Nothing is shut down first
    const run = guest.run(`${READ_DISKS}; echo b >/proc/sysrq-trigger; sleep 60`);
    await expect(run).rejects.toMatchObject({ failure: 'power-cycled' });
    await rebooted;
    await expectSound(guest);
    const modes = guest.iommu.state().endpoints.map(({ mode }) => mode);
    expect(modes).toEqual(DRIVEN_ENDPOINTS.map(() => 'attached'));
    for (const check of QUICK_CHECKS) await check.verify(guest);
    expect(guest.iommu.totals()).toMatchObject({ faults: 0, rejected: 0 });
  });

  guestTest(
    'that halts ends what waits for it; power cycled, it keeps what is on its disks',
    async ({ guest }) => {
      await guest.run('echo survivor | dd of=/dev/vda bs=512 conv=sync && sync');
      const run = guest.run('halt -f; sleep 60');
      await expect(run).rejects.toMatchObject({ failure: 'halted' });
      const before = guest.iommu.state().sequence;
      await guest.powerCycle();
      const next = guest.iommu.events.find(({ event }) => event.sequence === before + 1);
      expect(next?.event.kind).toBe('power-cycled');
      const { output } = await guest.run('head -c 8 /dev/vda');
      expect(output).toBe('survivor');
    },
  );

  guestTest('that switches itself off ends what waits for it', async ({ guest }) => {
    const off = guest.waitForPowerOff();
    const run = guest.run('poweroff -f; sleep 60');
    await expect(run).rejects.toMatchObject({ failure: 'powered-off' });
    await off;
  });

  guestTest('that falls silent is given up, with its last lines', async ({ guest }) => {
    guest.type('echo last words\n');
    await guest.waitFor(/^last words$/m);
    const wait = guest.waitFor('never', { stallMs: SHORT_STALL_MS });
    await expect(wait).rejects.toThrow(/for never on the console in vain[^]*\| last words/);
    await expect(guest.run('tail -f /dev/null', { stallMs: SHORT_STALL_MS })).rejects.toMatchObject(
      {
        failure: 'stalled',
      },
    );
  });

  guestTest('that panics fails at once, with the kernel’s own words', async ({ guest }) => {
    const run = guest.run(`${READ_DISKS}; echo c >/proc/sysrq-trigger || exit; sleep 60`);
    await expect(run).rejects.toThrow(/panicked: [^]*\|/);
    // Nobody takes back what was mapped
    expect(guest.iommu.state().endpoints.every(({ mode }) => mode === 'attached')).toBe(true);
    await expectSound(guest);
  });
});

it('is up at its prompt, and runs commands there, with an image without the agent and a kernel that prints nothing', async () => {
  const initrd = await gunzip((await loadImages()).initrd);
  const greeting = Buffer.from('viommu-agent ready');
  const foreign = Buffer.from(initrd);
  foreign.set(Buffer.from('another image here'), foreign.indexOf(greeting));
  const guest = await GuestSession.boot({
    initrd: foreign,
    append: 'quiet loglevel=0',
  });
  try {
    expect(guest.console).not.toContain('Linux version');
    await expect(guest.run('echo "one  two"; echo "three !" >&2; exit 4')).resolves.toEqual({
      exitCode: 4,
      output: 'one  two\nthree !\n',
    });
    const long = 'x'.repeat(1500);
    await expect(guest.run(`echo ${long}`)).resolves.toEqual({ exitCode: 0, output: `${long}\n` });
    await QUICK_CHECKS[0]?.verify(guest);
  } finally {
    await guest.dispose();
  }
});

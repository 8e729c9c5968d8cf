// When a guest counts as up, when it is given up, and what is left of a session after that.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GuestError, GuestSession } from '../../src/guest/testing.ts';
import { packageRoot } from '../../src/guest/package-root.ts';
import { HOST_CLOCK, type WaitClock } from '../../src/guest/progress-watch.ts';
import { madeMemories } from '../support/made-memories.ts';
import { guestTest } from './support/guest-test.ts';

/** Long for a guest that works, on a busy host too. */
const STALL_MS = 30_000;

const PROMPT = 'viommu:~# ';

/** How much faster a wait goes once the prompt is there, at which a guest idles. */
const HASTE = 30;

/** The host's clock until `hurry` is called, and a faster one from then on. */
function hastyClock(): WaitClock & { readonly hurry: () => void } {
  let since = Number.POSITIVE_INFINITY;
  const now = (): number => {
    const real = HOST_CLOCK.now();
    return real + Math.max(0, real - since) * (HASTE - 1);
  };
  return {
    now,
    after: (ms, callback) => HOST_CLOCK.after(ms / HASTE, callback),
    hurry: () => (since = Math.min(since, HOST_CLOCK.now())),
  };
}

async function failureOf(work: Promise<unknown>): Promise<GuestError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GuestError) return error;
  throw new Error(`this should have failed with a GuestError, not with ${String(error)}`);
}

describe('a guest is up', () => {
  it('when its agent greets, though it has no prompt', async () => {
    const guest = await GuestSession.boot({
      initrd: join(packageRoot(), 'guest-images', 'rootfs.cpio.gz'),
      append: 'rdinit=/bin/sh -- -c "mount -a; exec /usr/lib/viommu/agent"',
    });
    try {
      expect(await guest.run('echo hi')).toEqual({ exitCode: 0, output: 'hi\n' });
    } finally {
      await guest.dispose();
    }
  });
});

describe('a guest that only idles', () => {
  it('is given up at pace skip', async () => {
    const clock = hastyClock();
    let console = '';
    const onConsole = (bytes: Uint8Array): void => {
      console += Buffer.from(bytes).toString('latin1');
      if (console.includes(PROMPT)) clock.hurry();
    };
    const options = { until: 'NEVER', stallMs: STALL_MS, waitClock: clock, onConsole };
    const failure = await failureOf(GuestSession.boot(options));
    expect(console).toContain(PROMPT);
    expect(failure.failure).toBe('stalled');
    expect(failure.message).toContain('Waited for NEVER on the console in vain');
  });

  it('is given up at pace real', async () => {
    await using guest = await GuestSession.start({ pace: 'real' });
    const failure = await failureOf(guest.waitFor('NEVER', { stallMs: 1000 }));
    expect(failure.failure).toBe('stalled');
    expect(failure.message).toContain('Waited for NEVER on the console in vain');
  });
});

describe('a command that does not end', () => {
  const ENDLESS = 'echo begun; cat /dev/ttyS0';

  guestTest('is shown with what it printed, and killed', async ({ guest }) => {
    const failure = await failureOf(guest.run(ENDLESS, { stallMs: 1000 }));
    expect(failure.failure).toBe('stalled');
    expect(failure.output).toBe('begun\n');
    expect(failure.message).toMatch(
      /^Waited for "echo begun[^]*The command’s last lines:\n {2}\| begun$/,
    );
    const { output } = await guest.run('ps');
    expect(output).not.toContain('/dev/ttyS0\n');
  });

  guestTest('is killed, too, when its wait is aborted', async ({ guest }) => {
    const abort = new AbortController();
    const onOutput = (): void => abort.abort(new Error('enough'));
    await expect(guest.run(ENDLESS, { signal: abort.signal, onOutput })).rejects.toThrow('enough');
    expect(await guest.run('echo hi')).toEqual({ exitCode: 0, output: 'hi\n' });
  });
});

guestTest(
  'an answer of the shared folder is not waited for once it is there',
  async ({ guest }) => {
    await guest.run('share-read');
    const before = guest.timeMs;
    const { exitCode } = await guest.run('cat /mnt/share/* >/dev/null');
    expect(exitCode).toBe(0);
    // 0.3 s; each request once halted the guest for some 20 ms, 58 s in all
    expect(guest.timeMs - before).toBeLessThan(500);
  },
);

guestTest('output of a command comes as it is printed', async ({ guest }) => {
  const pieces: string[] = [];
  const { output } = await guest.run('echo one; sleep 1; echo two', {
    onOutput: (text) => pieces.push(text),
  });
  expect(pieces.length).toBeGreaterThan(1);
  expect([pieces[0], pieces.join('')]).toEqual(['one\n', output]);
});

describe('a session that was disposed', () => {
  const ACCESS = { endpoint: 'rogue', address: 0n, access: 'read', length: 4 } as const;
  const OVER = /This (session|machine) was disposed\. Make a new one\./;

  it('rejects what still waits for it, and whatever is asked then', async () => {
    const guests: GuestSession[] = [];
    const memories = await madeMemories(async () => {
      guests.push(await GuestSession.start({ checkpointBytes: 16 << 20 }));
    });
    const [guest] = guests;
    if (guest === undefined) throw new Error('there is a guest');
    const record = new WeakRef(guest.iommu.record);
    const endless = guest.run('cat /dev/ttyS0');
    await Promise.all([
      expect(endless).rejects.toThrow('This session was disposed. Make a new one.'),
      guest.dispose(),
    ]);
    await expect(guest.run('echo hi')).rejects.toThrow('This session was disposed.');
    await expect(guest.waitForBoot()).rejects.toThrow('This session was disposed.');
    for (const ask of [
      () => guest.type('x'),
      () => guest.iommu.state(),
      () => guest.iommu.events,
      () => guest.iommu.totals(),
      () => guest.memory,
      () => guest.timeMs,
      () => guest.past.place,
      () => guest.past.recording(),
      () => guest.digest(),
      () => guest.start(),
      () => guest.past.drop(1),
      () => guest.lab.arm(ACCESS, { kind: 'unmap-waits' }),
      () => guest.rogueDma(ACCESS),
    ]) {
      expect(ask).toThrow(OVER);
    }
    await Promise.all(
      [
        guest.pause(),
        guest.powerCycle(),
        guest.giveFile('x', ''),
        guest.save(),
        guest.saveFile(),
        guest.restoreFile(new Uint8Array(1)),
        guest.past.goTo(1),
        guest.past.lastWrite(0n),
        guest.lab.sweep(),
      ].map((asked) => expect(asked).rejects.toThrow(OVER)),
    );
    await guest.dispose();
    expect(guest.plan.memoryMiB).toBe(128);
    // The guest's memory, and its record
    expect(memories.count).toBeGreaterThan(0);
    expect(await memories.held()).toBe(0);
    expect(record.deref()).toBeUndefined();
  });
});

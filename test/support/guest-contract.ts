// What every `Guest` does alike, wherever it runs: one case after the other on one guest that is up, each of which leaves
// it running at its prompt.

import assert from 'node:assert/strict';
import type { Guest } from '../../src/guest/guest.ts';
import { GuestError, InputError, decodeRecording } from '../../src/guest/testing.ts';

const ROGUE_WRITE = { endpoint: 'rogue', access: 'write', length: 4 } as const;
/** No driver of the guest's maps so low. */
const UNMAPPED = 0x1000_0000n;
const UNKNOWN_DOMAIN = 0xdead;
const SOON = { stallMs: 1000 };
/** A sixteenth of a disk: dozens of events, where a whole one takes seconds of a page. */
const READ_SOME = 'blockdev --flushbufs /dev/vda; head -c 524288 /dev/vda >/dev/null';

/** Of a file that is cut short: cut anywhere it is refused, and the little that is left is soon in a page. */
const CUT_BYTES = 100_000;

/** One thing that is promised. */
export interface ContractCase {
  readonly name: string;
  readonly keep: (guest: Guest) => Promise<void>;
}

/** Rejects, with these words and this kind of error. */
async function refuses(action: () => unknown, words: RegExp): Promise<void> {
  await assert.rejects(
    async () => action(),
    (error: unknown) => {
      assert(error instanceof InputError, `an InputError, not ${String(error)}`);
      assert.match(error.message, words);
      return true;
    },
  );
}

const COMMANDS: readonly ContractCase[] = [
  {
    name: 'tells what machine it is, and that it is up',
    keep: async (guest) => {
      const plan = await guest.plan;
      assert.equal(plan.memoryMiB, 128);
      assert.match(plan.images?.kernel ?? '', /^[0-9a-f]{64}$/);
      await guest.waitForBoot();
      assert.equal(await guest.stage, 'ready');
    },
  },
  {
    name: 'runs commands, one after the other',
    keep: async (guest) => {
      const first = guest.run('echo "a  b"; exit 3');
      const second = guest.run('echo c');
      assert.deepEqual(await first, { exitCode: 3, output: 'a  b\n' });
      assert.deepEqual(await second, { exitCode: 0, output: 'c\n' });
    },
  },
  {
    name: 'gives the output of a command as it comes',
    keep: async (guest) => {
      const pieces: string[] = [];
      await guest.run('echo one; echo two', { onOutput: (text) => pieces.push(text) });
      assert.equal(pieces.join(''), 'one\ntwo\n');
    },
  },
  {
    name: 'types on the console, and finds what is printed there once',
    keep: async (guest) => {
      await guest.type('echo $((6*7))x\n');
      const [found] = await guest.waitFor(/\d+x/);
      assert.equal(found, '42x');
      assert.match(guest.console, /42x/);
      await assert.rejects(guest.waitFor('42x', SOON), /in vain/);
    },
  },
  {
    name: 'kills a command that is waited for in vain, and shows what it printed',
    keep: async (guest) => {
      // Where idle time is skipped any sleep ends at once: this waits for what never comes.
      const failed = guest.run('echo begun; mkfifo never; cat never', SOON);
      await assert.rejects(failed, (error: unknown) => {
        assert(error instanceof GuestError);
        assert.equal(error.failure, 'stalled');
        assert.equal(error.output, 'begun\n');
        return true;
      });
      assert.deepEqual(await guest.run('rm never; echo free'), { exitCode: 0, output: 'free\n' });
    },
  },
];

const IOMMU: readonly ContractCase[] = [
  {
    name: 'shows domains, their mappings, and the events that led there',
    keep: async (guest) => {
      await guest.run(READ_SOME);
      await guest.pause();
      const { endpoints, domains, sequence } = await guest.iommu.state();
      assert(endpoints.filter(({ mode }) => mode === 'attached').length >= 5);
      const lists = await Promise.all(domains.map(async ({ id }) => guest.iommu.mappings(id)));
      assert(lists.flat().length > 5);
      for (const list of lists) {
        const starts = list.map(({ virtStart }) => virtStart);
        assert.deepEqual(
          starts,
          starts.toSorted((a, b) => (a < b ? -1 : 1)),
        );
      }
      const numbers = (await guest.iommu.events).map(({ event }) => event.sequence);
      assert.equal(numbers.at(-1), sequence);
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => sequence - numbers.length + 1 + index),
      );
      assert.deepEqual(await guest.iommu.mappings(UNKNOWN_DOMAIN), []);
      await guest.start();
    },
  },
  {
    name: 'lets an endpoint go astray, and refuses what cannot be',
    keep: async (guest) => {
      const result = await guest.rogueDma({ ...ROGUE_WRITE, address: UNMAPPED });
      assert(result.outcome === 'blocked');
      assert.equal(result.address, UNMAPPED);
      await guest.waitFor(/page fault from EP 4098 at 0x10000000 \[W\]/);
      const { output } = await guest.run('dmesg | grep -c "fault from EP"');
      assert.equal(output, '1\n');
      const faults = (await guest.iommu.events).filter(({ event }) => event.kind === 'faulted');
      assert.equal(faults.length, 1);
      await refuses(
        () => guest.rogueDma({ ...ROGUE_WRITE, endpoint: 7, address: UNMAPPED }),
        /endpoint 7/,
      );
    },
  },
];

const SHARE: readonly ContractCase[] = [
  {
    name: 'takes a file into its shared folder, as it is then, and refuses what cannot be there',
    keep: async (guest) => {
      const bytes = new TextEncoder().encode('#!/bin/sh\necho "it is $1"\n');
      const given = guest.giveFile('late.sh', bytes);
      bytes.fill(0);
      await given;
      await guest.giveFile('late.txt', 'größer');
      const { output } = await guest.run(
        'share-read late.txt && cat /mnt/share/late.txt && /mnt/share/late.sh there',
      );
      assert.match(output, /  late\.txt  8\ngrößerit is there\n$/);
      await refuses(() => guest.giveFile('a/b', ''), /cannot be called "a\/b"/);
      await refuses(
        () => guest.giveFile('large', new Uint8Array((4 << 20) + 1)),
        /large is too large: a running PC takes files of up to 4 MiB/,
      );
    },
  },
];

const PAST: readonly ContractCase[] = [
  {
    name: 'goes back, shows that moment, and goes on as if it had never left',
    keep: async (guest) => {
      await guest.pause();
      const then = await guest.past.place;
      const instructions = await guest.instructions;
      const state = await guest.iommu.state();
      await guest.start();
      await guest.run(READ_SOME);
      await guest.pause();
      const end = await guest.digest();
      const last = await guest.past.place;
      assert(last.sequence > then.sequence + 10);
      assert.equal(last.isPast, false);

      const place = await guest.past.goTo(then.sequence);
      assert.equal(place.isPast, true);
      assert.equal(place.branch, last.branch);
      assert.deepEqual(await guest.past.place, place);
      assert.equal(place.sequence, then.sequence);
      assert((await guest.instructions) <= instructions);
      assert((await guest.timeMs) <= last.timeMs);
      assert.deepEqual((await guest.iommu.state()).domains, state.domains);
      assert.equal((await guest.iommu.events).at(-1)?.event.sequence, place.sequence);
      assert.match((await guest.past.registers).eip.toString(16), /^[0-9a-f]+$/);

      assert.deepEqual(await guest.past.toEnd(), last);
      assert.deepEqual(await guest.digest(), end);
      await guest.start();
      assert.equal((await guest.run('echo alive')).output, 'alive\n');
    },
  },
  {
    name: 'goes on from the past on a branch, while the old way stays until it is dropped',
    keep: async (guest) => {
      // An event is what can be gone to, so one has to follow.
      await guest.run(`echo old >/tmp/way; ${READ_SOME}`);
      await guest.pause();
      const from = await guest.past.place;
      await guest.start();
      await guest.run(`${READ_SOME}; echo new >/tmp/way`);
      await guest.pause();
      const old = await guest.past.place;
      const end = await guest.digest();

      await guest.past.goTo(from.sequence);
      await guest.start();
      assert.equal((await guest.run('cat /tmp/way')).output, 'old\n');
      await guest.pause();
      const { branch } = await guest.past.place;
      assert.notEqual(branch, old.branch);
      const parent = (await guest.past.branches).find(({ id }) => id === branch)?.parent;
      assert.equal(parent?.branch, old.branch);
      await refuses(
        () => guest.past.drop(branch),
        new RegExp(`The machine is on branch ${branch}`),
      );

      await guest.past.toEnd(old.branch);
      assert.deepEqual(await guest.digest(), end);
      await guest.past.drop(branch);
      await guest.start();
      assert.equal((await guest.run('cat /tmp/way')).output, 'new\n');
    },
  },
  {
    name: 'refuses a place where it has not been, and goes on',
    keep: async (guest) => {
      await refuses(() => guest.past.goTo(1e9), /There is no event 1000000000 to go to/);
      await refuses(() => guest.past.goTo(1, 99), /There is no branch 99/);
      await guest.start();
      assert.equal((await guest.run('echo alive')).output, 'alive\n');
    },
  },
  {
    name: 'records its way',
    keep: async (guest) => {
      await guest.pause();
      const { head, damage } = decodeRecording(await guest.past.recording());
      assert.equal(damage, undefined);
      assert.deepEqual(head.plan, await guest.plan);
      await guest.start();
    },
  },
];

const LIVES: readonly ContractCase[] = [
  {
    name: 'is saved in a file, put back from it, and refuses one that is none or damaged',
    keep: async (guest) => {
      await guest.run('echo kept >/tmp/note');
      const file = await guest.saveFile();
      const saved = (await guest.iommu.state()).domains.map(({ id }) => id);
      await guest.run('rm /tmp/note');
      await guest.restoreFile(file);
      assert.equal(await guest.stage, 'ready');
      assert.equal((await guest.run('cat /tmp/note')).output, 'kept\n');
      assert.deepEqual(
        (await guest.iommu.state()).domains.map(({ id }) => id),
        saved,
      );

      const text = new TextEncoder().encode('no file of a guest at all');
      await refuses(() => guest.restoreFile(text), /This is not a snapshot of a guest/);
      await refuses(() => guest.restoreFile(file.subarray(0, CUT_BYTES)), /damaged or cut short/);
      assert.equal((await guest.run('echo alive')).output, 'alive\n');
    },
  },
  {
    name: 'is switched off and on again, and ends what waits for it',
    keep: async (guest) => {
      const lost = assert.rejects(guest.run('echo begun; sleep 9999'), (error: unknown) => {
        assert(error instanceof GuestError, String(error));
        assert.equal(error.failure, 'power-cycled');
        return true;
      });
      await guest.powerCycle();
      await lost;
      assert.equal(await guest.stage, 'ready');
      assert.equal((await guest.run('cat /tmp/note; echo up')).output.endsWith('up\n'), true);
    },
  },
  {
    name: 'tells that it has switched itself off',
    keep: async (guest) => {
      const off = guest.waitForPowerOff();
      await guest.type('poweroff -f\n');
      await off;
      await assert.rejects(guest.waitFor('anything'), (error: unknown) => {
        assert(error instanceof GuestError, String(error));
        assert.equal(error.failure, 'powered-off');
        return true;
      });
      await guest.powerCycle();
      assert.equal((await guest.run('echo alive')).output, 'alive\n');
    },
  },
];

/** In this order. */
export const GUEST_CONTRACT = [...COMMANDS, ...IOMMU, ...SHARE, ...PAST, ...LIVES];

// The guest goes back to where it was, with all of its memory, and on from there.

import { describe, expect, it } from 'vitest';
import { GuestSession } from '../../src/guest/guest-session.ts';

const CHECKPOINT_BYTES = 48 << 20;
const COMMANDS = [
  'head -c 1048576 /dev/vda >/dev/null',
  'net-ping 1',
  'share-read',
  'sleep 30',
  'head -c 1048576 /dev/sda >/dev/null',
];
/** Events that are visited again: some of the boot's, some of each command's. */
const VISITS = [57, 188, 1203, 2000];

/** All that is compared of a moment. */
function look(guest: GuestSession) {
  const state = guest.iommu.state();
  return {
    state,
    mappings: state.domains.map(({ id }) => guest.iommu.mappings(id)),
    registers: guest.past.registers,
    memory: guest.digest().memory,
    place: { ...guest.past.place, isPast: true, branch: 1 },
  };
}

/** Looks at the guest at the end of the tick of each of these events, while it goes its way. */
function lookAt(guest: GuestSession, sequences: readonly number[]) {
  const seen = new Map<number, ReturnType<typeof look>>();
  guest.onTick(() => {
    const { sequence } = guest.iommu.state();
    for (const wanted of sequences) {
      if (wanted <= sequence && !seen.has(wanted)) seen.set(wanted, look(guest));
    }
  });
  return seen;
}

describe.each([
  ['with checkpoints', CHECKPOINT_BYTES, COMMANDS, VISITS],
  // Each of its steps back goes the whole way again: it does no more than boot
  ['from power on', 0, [], VISITS.slice(0, 1)],
])('a guest that goes back %s', (_how, checkpointBytes, commands, visits) => {
  it('is where it was, and can go on as if it had never left', async () => {
    const guest = await GuestSession.create({ checkpointBytes });
    const seen = lookAt(guest, visits);
    guest.start();
    await guest.waitForBoot();
    for (const command of commands) await guest.run(command);
    const end = guest.digest();
    const { place } = guest.past;
    expect(place.sequence).toBeGreaterThan(visits.at(-1) ?? 0);
    for (const sequence of [...visits].reverse()) {
      await guest.past.goTo(sequence);
      expect(look(guest)).toEqual(seen.get(sequence));
    }
    await guest.past.toEnd();
    expect(guest.digest()).toEqual(end);
    expect(guest.past.place).toEqual(place);
    guest.start();
    await expect(guest.run('echo alive')).resolves.toMatchObject({ output: 'alive\n' });
    await guest.dispose();
  });
});

it('goes on from the past on a branch, while the old way stays until it is dropped', async () => {
  const guest = await GuestSession.start({ checkpointBytes: CHECKPOINT_BYTES });
  const { sequence, branch: begun } = guest.past.place;
  await guest.run('disk-read virtio');
  const first = guest.digest();
  await guest.past.goTo(sequence);
  guest.start();
  await guest.run('share-read');
  const second = guest.digest();
  expect(guest.past.branches).toMatchObject([
    { id: begun, parent: null, isCurrent: false },
    { id: expect.any(Number), parent: { branch: begun, sequence }, isCurrent: true },
  ]);
  const { branch } = guest.past.place;
  await guest.past.toEnd(begun);
  expect(guest.digest()).toEqual(first);
  await guest.past.goTo(sequence + 20, branch);
  await guest.past.toEnd(branch);
  expect(guest.digest()).toEqual(second);
  expect(() => guest.past.drop(branch)).toThrow(`The machine is on branch ${branch}`);
  guest.past.drop(begun);
  await expect(guest.past.goTo(sequence, begun)).rejects.toThrow(
    `There is no branch ${begun}. There are: ${branch}.`,
  );
  await guest.dispose();
});

it('says what cannot be gone to', async () => {
  const guest = await GuestSession.create();
  await expect(guest.past.goTo(7)).rejects.toThrow(/There is no event 7 to go to: .* from 0 to 0/);
  await guest.dispose();
});

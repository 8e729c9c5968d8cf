import { describe, expect, it } from 'vitest';
import { FakeGuest } from '../../test/support/fake-guest.ts';
import { readBacktrace } from './backtrace.ts';
import { GuestWalk } from './guest-walk.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { WALK_COMM, WALK_WORDS } from './walk-layout.ts';

const HOT = 0xc030_0000;
const INIT_TASK = 0xc031_0000;
const TASK = 0xc032_0000;
const PROFILE: KernelProfile = {
  currentTask: HOT,
  preemptCount: HOT + 4,
  initTask: INIT_TASK,
  isPerCpu: false,
};

/** Where a task keeps its numbers and its name in this test, with a canary between numbers and parents or without. */
const PID = 0x200;
const COMM = 0x340;

function putTask(
  guest: FakeGuest,
  task: number,
  [pid, tgid]: readonly number[],
  comm: string,
): void {
  guest.poke(task + PID, pid ?? 0);
  guest.poke(task + PID + 4, tgid ?? 0);
  guest.code(task + COMM, ...new TextEncoder().encode(`${comm}\0`));
}

interface Layout {
  readonly canary?: number;
  readonly firstName?: string;
}

/** A kernel that runs `dd`, a thread of process 83. */
function kernel({ canary, firstName = 'swapper' }: Layout = {}): FakeGuest {
  const guest = new FakeGuest();
  putTask(guest, INIT_TASK, [0, 0], firstName);
  if (canary !== undefined) guest.poke(INIT_TASK + PID + 8, canary);
  const parents = INIT_TASK + PID + (canary === undefined ? 8 : 12);
  guest.poke(parents, INIT_TASK);
  guest.poke(parents + 4, INIT_TASK);
  putTask(guest, TASK, [84, 83], 'dd');
  guest.poke(HOT, TASK);
  return guest;
}

const DD = { pid: 84, tgid: 83, comm: 'dd' };

function look(guest: FakeGuest, profile: KernelProfile | undefined = PROFILE) {
  const words = new Uint32Array(WALK_WORDS);
  const length = new GuestWalk(profile).take(guest, words);
  const { task, isInInterrupt } = readBacktrace(words, length, undefined);
  return { task, isInInterrupt };
}

describe('the current task', () => {
  it.each<[string, Layout]>([
    ['of a plain kernel', {}],
    ['of one with a stack canary', { canary: 0xdead_be00 }],
    ['of one for several processors', { firstName: 'swapper/0' }],
  ])('is found %s', (_what, layout) => {
    expect(look(kernel(layout))).toEqual({ task: DD, isInInterrupt: false });
  });

  it('is that of the processor that FS names', () => {
    const guest = kernel();
    guest.poke(HOT, 0);
    guest.poke(HOT + 0x100, TASK);
    guest.fsBase = 0x100;
    expect(look(guest, { ...PROFILE, isPerCpu: true }).task).toEqual(DD);
  });

  it.each([
    ['a task that may be preempted', 0, false],
    ['soft interrupts that are off', 0x200, false],
    ['a soft interrupt', 0x100, true],
    ['an interrupt', 0x1_0000, true],
    ['a non-maskable interrupt', 0x10_0000, true],
    ['a reschedule that is not needed', 0x8000_0000, false],
  ])('tells %s', (_what, count, isInInterrupt) => {
    const guest = kernel();
    guest.poke(HOT + 4, count);
    expect(look(guest)).toEqual({ task: DD, isInInterrupt });
  });

  it('is not known without a profile, or before the kernel has made its first task', () => {
    const words = new Uint32Array(WALK_WORDS);
    new GuestWalk(undefined).take(kernel(), words);
    expect(readBacktrace(words, WALK_WORDS, undefined).task).toBeUndefined();
    expect(look(new FakeGuest()).task).toBeUndefined();
  });

  it('is found when the first task was not there at the first look', () => {
    const guest = new FakeGuest();
    const words = new Uint32Array(WALK_WORDS);
    const walk = new GuestWalk(PROFILE);
    walk.take(guest, words);
    expect(readBacktrace(words, WALK_WORDS, undefined).task).toBeUndefined();
    guest.bytes.set(kernel().bytes);
    walk.take(guest, words);
    expect(readBacktrace(words, WALK_WORDS, undefined).task).toEqual(DD);
  });

  it.each([
    ['a task that no page has', (guest: FakeGuest) => guest.poke(HOT, 0xe000_0000)],
    ['a task at an odd address', (guest: FakeGuest) => guest.poke(HOT, TASK + 1)],
    ['a first task without a name', (guest: FakeGuest) => guest.poke(INIT_TASK + COMM, 0)],
    ['a first task without parents', (guest: FakeGuest) => guest.poke(INIT_TASK + PID + 8, 0)],
  ])('is not known with %s', (_what, spoil) => {
    const guest = kernel();
    spoil(guest);
    expect(look(guest).task).toBeUndefined();
  });

  it('has the same words for the same name, whatever is behind it', () => {
    const guest = kernel();
    const before = new Uint32Array(WALK_WORDS);
    const after = new Uint32Array(WALK_WORDS);
    new GuestWalk(PROFILE).take(guest, before);
    guest.code(TASK + COMM + 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    new GuestWalk(PROFILE).take(guest, after);
    expect(after).toEqual(before);
    expect(before[WALK_COMM]).toBe(0x6464);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../test/support/expect-same.ts';
import { DEVICE_LINEAR, FakeGuest, PAGE_OFFSET } from '../../test/support/fake-guest.ts';
import { bytesPerCall } from '../../test/support/allocation.ts';
import { GuestWalk } from './guest-walk.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { WALK_WORDS } from './walk-layout.ts';

const TEXT = 0xc010_0000;
const STACK = 0xc020_0000;
const HOT = 0xc030_0000;
const INIT_TASK = 0xc031_0000;
const TASKS = [0xc032_0000, 0xc033_0000];
const PID = 0x200;
const COMM = 0x340;
const PROFILE: KernelProfile = {
  currentTask: HOT,
  preemptCount: HOT + 4,
  initTask: INIT_TASK,
  isPerCpu: true,
};
const EDX = 2;
const DIRECTORY = 0x1000;
const OTHER_DIRECTORY = 0x5000;
const TABLE = 0x6000;
const PRESENT = 0x3;
const LARGE_PAGE = 0x83;
const USER = 0x4;

/** Where the other directory has the kernel, and that its table has the stack. */
const KERNEL_ENTRY = OTHER_DIRECTORY / 4 + (PAGE_OFFSET >>> 22);
const STACK_ENTRY = TABLE / 4 + ((STACK - PAGE_OFFSET + 0x1000) >>> 12);

const FRAMES = [0x1e00, 0x1e40, 0x1e80, 0x1f00, 0x1f80].map((offset) => STACK + offset);
const CALLS = [0x100, 0x200, 0x300].map((offset) => TEXT + offset);
/** MOV [EDX], EAX; and code that reaches nothing. */
const [STORE, NO_STORE] = [TEXT + 0x1000, TEXT + 0x1100];
const SWAPPER = [...new TextEncoder().encode('swapper\0')];

/** A kernel whose first task is there, and whose stack any frames may be put on. */
function kernel(): FakeGuest {
  const guest = new FakeGuest();
  for (const address of CALLS) guest.callBefore(address);
  guest.code(STORE, 0x89, 0x02);
  guest.poke(INIT_TASK + PID + 8, INIT_TASK);
  guest.poke(INIT_TASK + PID + 12, INIT_TASK);
  guest.code(INIT_TASK + COMM, ...SWAPPER);
  for (const [index, task] of TASKS.entries()) guest.code(task + COMM, 0x64 + index, 0x64, 0);
  guest.words.copyWithin(OTHER_DIRECTORY / 4, DIRECTORY / 4, DIRECTORY / 4 + 1024);
  // The other directory has the same by small pages
  guest.words[KERNEL_ENTRY] = TABLE | PRESENT;
  for (let page = 0; page < 1024; page += 1) guest.words[TABLE / 4 + page] = (page << 12) | PRESENT;
  return guest;
}

function take(walk: GuestWalk, guest: FakeGuest): readonly number[] {
  const words = new Uint32Array(WALK_WORDS);
  return [...words.subarray(0, walk.take(guest, words))];
}

type Change = (guest: FakeGuest) => void;

const from = fc.constantFrom;
const frame = from(...FRAMES);
/** All that a walk looks at but what lasts, which may be looked at later. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(frame, fc.oneof(frame, from(0, 0x4020_1f48)), from(...CALLS, TEXT + 0x400)).map<Change>(
    ([at, caller, address]) =>
      (guest) =>
        guest.frame(at, caller, address),
  ),
  frame.map<Change>((at) => (guest) => (guest.ebp = at)),
  from(STORE, NO_STORE).map<Change>((ip) => (guest) => (guest.ip = ip)),
  from(DEVICE_LINEAR, STACK).map<Change>((edx) => (guest) => (guest.general[EDX] = edx)),
  from(...TASKS, 0).map<Change>((task) => (guest) => guest.poke(HOT, task)),
  from(0, 0x100).map<Change>((count) => (guest) => guest.poke(HOT + 4, count)),
  fc.tuple(from(...TASKS), fc.nat(3)).map<Change>(
    ([task, pid]) =>
      (guest) =>
        guest.poke(task + PID, pid),
  ),
  from(...TASKS).map<Change>((task) => (guest) => guest.code(task + COMM + 1, task >>> 16)),
  from(0, 0x40).map<Change>((base) => (guest) => (guest.fsBase = base)),
  from(DIRECTORY, OTHER_DIRECTORY).map<Change>((tables) => (guest) => (guest.cr3 = tables)),
  from(TABLE | PRESENT, TABLE | PRESENT | USER, 0).map<Change>(
    (entry) => (guest) => (guest.words[KERNEL_ENTRY] = entry),
  ),
  from(STACK - PAGE_OFFSET + 0x1000, STACK - PAGE_OFFSET, 0).map<Change>(
    (frame) => (guest) => (guest.words[STACK_ENTRY] = frame === 0 ? 0 : frame | PRESENT),
  ),
  from(0, 0x10).map<Change>((cr4) => (guest) => (guest.cr4 = cr4)),
  from(0, 0x8000_0000).map<Change>((cr0) => (guest) => (guest.cr0 = cr0)),
  fc.boolean().map<Change>((isUser) => (guest) => (guest.isUser = isUser)),
);

describe('walks that were made', () => {
  it('are found as they would be made now, whatever has changed', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 50, maxLength: 300 }), (changes) => {
        const guest = kernel();
        const walk = new GuestWalk(PROFILE);
        const byNumber = new Map<number, readonly number[]>();
        for (const apply of changes) {
          apply(guest);
          const words = take(walk, guest);
          expectSame(words, take(new GuestWalk(PROFILE), guest));
          const number = walk.find(guest);
          found += Number(byNumber.has(number));
          expectSame(byNumber.get(number) ?? words, words);
          byNumber.set(number, words);
        }
      }),
      { numRuns: 100, seed: 23 },
    );
    expect(found).toBeGreaterThan(1000);
  });

  it('are found after other walks of the same place', () => {
    const guest = kernel();
    const walk = new GuestWalk(undefined);
    const numbers = [0, 1, 2, 0, 1, 2].map((call) => {
      guest.ebp = STACK + 0x1f00;
      guest.frame(STACK + 0x1f00, 0, CALLS[call] ?? 0);
      return walk.find(guest);
    });
    expect(numbers).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('are none of another guest, of another profile, or of what lasts as it was long ago', () => {
    const guest = kernel();
    guest.ebp = STACK + 0x1f00;
    guest.frame(STACK + 0x1f00, 0, TEXT + 0x100);
    const walk = new GuestWalk(PROFILE);
    const first = take(walk, guest);
    expect(take(walk, new FakeGuest())).not.toEqual(first);
    walk.setProfile(undefined);
    take(walk, guest);
    walk.setProfile(PROFILE);
    expect(walk.find(guest)).toBe(4);
    expect(take(walk, guest)).toEqual(first);
    const changes: readonly Change[] = [
      (other) => other.code(INIT_TASK + COMM, 0),
      (other) => other.code(INIT_TASK + COMM, ...SWAPPER),
      (other) => other.code(TEXT + 0x100 - 5, 0x90),
      (other) => (other.words[DIRECTORY / 4 + (PAGE_OFFSET >>> 22)] = LARGE_PAGE | USER),
    ];
    for (const apply of changes) {
      apply(guest);
      for (let walks = 0; walks < 4096; walks += 1) take(walk, guest);
      expect(take(walk, guest)).toEqual(take(new GuestWalk(PROFILE), guest));
    }
  });

  it('make no objects, found or not', () => {
    const guest = kernel();
    guest.ebp = STACK + 0x1f00;
    guest.frame(STACK + 0x1f00, 0, TEXT + 0x100);
    const walk = new GuestWalk(PROFILE);
    const words = new Uint32Array(WALK_WORDS);
    const bytes = bytesPerCall((call) => {
      guest.words[(STACK + 0x1f00 - PAGE_OFFSET) / 4] = call % 3;
      walk.take(guest, words);
    });
    expect(bytes).toBeLessThan(8);
  });
});

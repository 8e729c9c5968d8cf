import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEVICE_LINEAR, FakeGuest, PROGRAM_LINEAR } from '../../test/support/fake-guest.ts';
import { GuestWalk } from './guest-walk.ts';
import { REG_EBP } from './guest-view.ts';
import {
  MAX_ADDRESSES,
  WALK_ADDRESSES,
  WALK_CUT,
  WALK_EXACT,
  WALK_FLAGS,
  WALK_INTERRUPTED_HERE,
  WALK_USER,
  WALK_WORDS,
} from './walk-layout.ts';

const TEXT = 0xc010_0000;
const STACK = 0xc020_0000;
const IRQ_STACK = 0xc020_4000;
const KERNEL_CS = 0x60;
const USER_CS = 0x73;
const EDX = 2;

/** Three functions on one stack, the innermost frame at STACK + 0x1f00; the outermost has a program's EBP. */
function threeCallers(): FakeGuest {
  const guest = new FakeGuest();
  guest.frame(STACK + 0x1f00, STACK + 0x1f40, guest.callBefore(TEXT + 0x100));
  guest.frame(STACK + 0x1f40, STACK + 0x1f80, guest.callBefore(TEXT + 0x200));
  guest.frame(STACK + 0x1f80, 0, guest.callBefore(TEXT + 0x300));
  guest.ebp = STACK + 0x1f00;
  return guest;
}

const CALLERS = [TEXT + 0x100, TEXT + 0x200, TEXT + 0x300];

/** Saved registers at `at`, as an interrupt leaves them. */
function saveRegisters(guest: FakeGuest, at: number, ip: number, cs: number, ebp: number): void {
  guest.poke(at + 20, ebp);
  guest.poke(at + 48, ip);
  guest.poke(at + 52, cs);
}

function walk(guest: FakeGuest): { flags: number; addresses: number[] } {
  const words = new Uint32Array(WALK_WORDS);
  const length = new GuestWalk(undefined).take(guest, words);
  return { flags: words[WALK_FLAGS] ?? 0, addresses: [...words.subarray(WALK_ADDRESSES, length)] };
}

describe('a walk of the stack', () => {
  it('has every return address, the innermost first, and ends where a program called', () => {
    expect(walk(threeCallers())).toEqual({ flags: 0, addresses: CALLERS });
  });

  it.each<[string, readonly number[]]>([
    ['MOV [EDX], EAX', [0x89, 0x02]],
    ['MOV [EDX], AX', [0x66, 0x89, 0x02]],
    ['MOV [EDX+0x50], EAX', [0x89, 0x42, 0x50]],
    ['MOV [EDX-0x10], AL', [0x88, 0x42, 0xf0]],
    ['MOV [EDX+0x00000f00], EAX', [0x89, 0x82, 0x00, 0x0f, 0, 0]],
    ['MOV [EDX+ECX*4], EAX', [0x89, 0x04, 0x8a]],
    ['MOV [0xf8000050], 0', [0xc7, 0x05, 0x50, 0, 0, 0xf8, 0, 0, 0, 0]],
    ['MOV [0xf8000050], EAX', [0xa3, 0x50, 0, 0, 0xf8]],
    ['OUT DX, AX', [0x66, 0xef]],
    ['OUT 0x80, AL', [0xe6, 0x80]],
  ])('begins with the instruction that reached the device: %s', (_what, bytes) => {
    const guest = threeCallers();
    guest.ip = TEXT + 0x80;
    guest.code(guest.ip, ...bytes);
    guest.general[EDX] = DEVICE_LINEAR + 0x20;
    expect(walk(guest)).toEqual({ flags: WALK_EXACT, addresses: [guest.ip, ...CALLERS] });
  });

  it.each<[string, readonly number[], number]>([
    ['a store to RAM', [0x89, 0x02], STACK],
    ['a store to a program', [0x89, 0x02], PROGRAM_LINEAR],
    ['a store to nowhere', [0x89, 0x02], 0xe000_0000],
    ['a move between registers', [0x89, 0xc2], DEVICE_LINEAR],
    ['a load', [0x8b, 0x02], DEVICE_LINEAR],
    ['a push', [0x55], DEVICE_LINEAR],
  ])('leaves out an instruction from before: %s', (_what, bytes, edx) => {
    const guest = threeCallers();
    guest.ip = TEXT + 0x80;
    guest.code(guest.ip, ...bytes);
    guest.general[EDX] = edx;
    expect(walk(guest)).toEqual({ flags: 0, addresses: CALLERS });
  });

  it.each<[string, readonly number[]]>([
    ['CALL EAX', [0xff, 0xd0]],
    ['CALL [EAX+8]', [0xff, 0x50, 8]],
    ['CALL [EAX+0x100]', [0xff, 0x90, 0, 1, 0, 0]],
  ])('takes what returns behind an indirect call: %s', (_what, bytes) => {
    const guest = new FakeGuest();
    guest.code(TEXT, ...bytes);
    guest.frame(STACK, 0, TEXT + bytes.length);
    guest.ebp = STACK;
    expect(walk(guest).addresses).toEqual([TEXT + bytes.length]);
  });

  it('takes no address of 0 for one that it knows', () => {
    const guest = threeCallers();
    guest.frame(STACK + 0x1f80, STACK + 0x1fc0, 0);
    expect(walk(guest).addresses).toEqual(CALLERS.slice(0, 2));
  });

  it('looks at a kernel’s code anew before long', () => {
    const guest = threeCallers();
    const words = new Uint32Array(WALK_WORDS);
    const walker = new GuestWalk(undefined);
    const count = (): number => walker.take(guest, words) - WALK_ADDRESSES;
    expect(count()).toBe(3);
    guest.code(TEXT + 0x200 - 5, 0x90);
    const counts = Array.from({ length: 4096 }, count);
    expect(counts.at(-1)).toBe(1);
  });

  it('goes on into what an interrupt interrupted, and marks where it came in', () => {
    const guest = threeCallers();
    const registers = STACK + 0x1e08;
    guest.frame(STACK + 0x1e00, registers & 0x7fff_ffff, guest.callBefore(TEXT + 0x900));
    saveRegisters(guest, registers, TEXT + 0x555, KERNEL_CS, STACK + 0x1f00);
    guest.ebp = STACK + 0x1e00;
    const addresses = [TEXT + 0x900, WALK_INTERRUPTED_HERE, TEXT + 0x555, ...CALLERS];
    expect(walk(guest)).toEqual({ flags: 0, addresses });
  });

  it('ends where an interrupt came in while a program ran', () => {
    const guest = new FakeGuest();
    const registers = STACK + 0x1e08;
    guest.frame(STACK + 0x1e00, registers & 0x7fff_ffff, guest.callBefore(TEXT + 0x900));
    saveRegisters(guest, registers, TEXT + 0x555, USER_CS, STACK + 0x1f00);
    guest.ebp = STACK + 0x1e00;
    expect(walk(guest).addresses).toEqual([TEXT + 0x900]);
  });

  it("follows no mark but that of the registers above its frame: a program's EBP can be anything", () => {
    const guest = threeCallers();
    const registers = STACK + 0x1a00;
    guest.frame(STACK + 0x1e00, registers & 0x7fff_ffff, guest.callBefore(TEXT + 0x900));
    saveRegisters(guest, registers, TEXT + 0x555, KERNEL_CS, STACK + 0x1f00);
    guest.ebp = STACK + 0x1e00;
    expect(walk(guest).addresses).toEqual([TEXT + 0x900]);
  });

  it("goes from an interrupt's stack to the task's", () => {
    const guest = threeCallers();
    guest.frame(IRQ_STACK + 0x1f00, STACK + 0x1f00, guest.callBefore(TEXT + 0x900));
    guest.ebp = IRQ_STACK + 0x1f00;
    expect(walk(guest).addresses).toEqual([TEXT + 0x900, ...CALLERS]);
  });

  it.each<[string, number, number]>([
    ['a caller below', STACK + 0x1e00, TEXT + 0x100],
    ['itself as its caller', STACK + 0x1f00, TEXT + 0x100],
    ['a caller that no page has', 0xe000_0000, TEXT + 0x100],
    ["a caller on a program's page", PROGRAM_LINEAR, TEXT + 0x100],
    ['a caller at an odd address', STACK + 0x1f41, TEXT + 0x100],
  ])('ends at %s', (_what, caller, address) => {
    const guest = threeCallers();
    guest.frame(STACK + 0x1f00, caller, guest.callBefore(address));
    expect(walk(guest).addresses).toEqual([address]);
  });

  it.each([
    ['behind no call', STACK + 0x100],
    ["in a program's memory", PROGRAM_LINEAR + 0x100],
    ['where nothing is', 0],
  ])('takes no return address %s', (_what, address) => {
    const guest = threeCallers();
    guest.frame(STACK + 0x1f40, STACK + 0x1f80, address);
    expect(walk(guest).addresses).toEqual([TEXT + 0x100]);
  });

  it('is cut where it becomes too long, and says so', () => {
    const guest = new FakeGuest();
    for (let depth = 0; depth < MAX_ADDRESSES + 1; depth += 1) {
      const ebp = STACK + depth * 16;
      guest.frame(ebp, ebp + 16, guest.callBefore(TEXT + 0x100 + depth * 16));
    }
    guest.ebp = STACK;
    const { flags, addresses } = walk(guest);
    expect(flags).toBe(WALK_CUT);
    expect(addresses).toHaveLength(MAX_ADDRESSES);
    expect(addresses.at(-1)).toBe(TEXT + 0x100 + (MAX_ADDRESSES - 1) * 16);
  });

  it('ends on stacks that lead to each other in a circle', () => {
    const guest = new FakeGuest();
    guest.frame(STACK, IRQ_STACK, guest.callBefore(TEXT + 0x100));
    guest.frame(IRQ_STACK, STACK, guest.callBefore(TEXT + 0x200));
    guest.ebp = STACK;
    const { addresses } = walk(guest);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.length).toBeLessThan(MAX_ADDRESSES);
  });

  it('has no addresses while a program runs, and none without page tables', () => {
    const program = threeCallers();
    program.isUser = true;
    expect(walk(program)).toEqual({ flags: WALK_USER, addresses: [] });
    const firmware = threeCallers();
    firmware.cr0 = 0;
    expect(walk(firmware)).toEqual({ flags: 0, addresses: [] });
  });

  it('ends with an answer whatever memory and registers hold', () => {
    const guest = new FakeGuest();
    const words = new Uint32Array(WALK_WORDS);
    const profile = { currentTask: TEXT, preemptCount: TEXT + 4, initTask: STACK, isPerCpu: true };
    const guestWalk = new GuestWalk(profile);
    const place = fc.integer({ min: 0xc000_0000, max: 0xc03f_ffff });
    const word = fc.oneof(place, fc.integer({ min: 0, max: 0xffff_ffff }));
    const world = fc.record({
      stored: fc.array(fc.tuple(place, word), { maxLength: 64 }),
      registers: fc.array(word, { minLength: 8, maxLength: 8 }),
      ip: word,
      cr3: word,
      cr4: fc.constantFrom(0, 0x10, 0x20, 0x30),
      fsBase: word,
      ebp: place,
    });
    fc.assert(
      fc.property(world, ({ stored, registers, ebp, ...rest }) => {
        for (const [at, value] of stored) guest.poke(at & ~3, value);
        guest.general.set(registers);
        guest.general[REG_EBP] = ebp;
        Object.assign(guest, rest);
        const length = guestWalk.take(guest, words);
        expect(length).toBeGreaterThanOrEqual(WALK_ADDRESSES);
        expect(length).toBeLessThanOrEqual(WALK_WORDS);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

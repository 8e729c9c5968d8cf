// Walks the stack of a 32-bit Linux from outside, by its frame pointers (CONFIG_FRAME_POINTER).
//
//   EBP -> caller's EBP
//          return address
//
// Where an interrupt or exception came in, the kernel leaves the address of the saved registers (`struct pt_regs`) in EBP,
// with bit 31 clear (`ENCODE_FRAME_POINTER` in arch/x86/entry/entry_32.S); they lie right above the frame that holds it.
// Interrupts have stacks of their own: EBP leads from one to the other by itself.

import { reachesDevice } from './device-access.ts';
import { NOTHING, REG_EBP, type GuestView } from './guest-view.ts';
import type { KernelMemory } from './kernel-memory.ts';
import {
  MAX_ADDRESSES,
  WALK_ADDRESSES,
  WALK_CUT,
  WALK_EXACT,
  WALK_INTERRUPTED_HERE,
} from './walk-layout.ts';

/** `struct pt_regs` of i386 (arch/x86/include/asm/ptrace.h). */
const PT_REGS_BP = 20;
const PT_REGS_IP = 48;
const PT_REGS_CS = 52;
/** The ring that a code segment is for. */
const PRIVILEGE_MASK = 3;

const FRAME_BYTES = 8;
const ENCODED_BIT = 0x8000_0000;

/** THREAD_SIZE: every stack is so large, and aligned to it. */
const STACK_SHIFT = 13;
/** A task's stack, and those of interrupts, soft interrupts, and non-maskable ones, there and back. */
const MAX_STACKS = 8;

const CALL = 0xe8;
const CALL_LENGTH = 5;
const CALL_INDIRECT = 0xff;
/** ModRM's middle field says that it is a CALL. */
const INDIRECT_FIELD = 0x38;
const INDIRECT_IS_CALL = 0x10;
/** Lengths that an indirect CALL can have, without a prefix. */
const INDIRECT_LENGTHS = [2, 3, 6, 7];

/** Return addresses that are remembered. */
const REMEMBERED = 1024;
/** Spreads addresses, which are near each other (Knuth's multiplier). */
const SPREAD = 0x9e37_79b1;
const SPREAD_SHIFT = 22;

/** Puts addresses into a walk, and remembers how many there are. */
export class StackWalk {
  /** Addresses of the latest walk. */
  count = 0;
  /** WALK_EXACT and WALK_CUT of the latest walk. */
  flags = 0;
  readonly #memory: KernelMemory;
  /** Addresses that a call was found before. */
  readonly #known = new Uint32Array(REMEMBERED);

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Looks at all code anew. */
  forget(): void {
    this.#known.fill(0);
  }

  /** Writes the addresses of the kernel's stack as it stands; `into` has WALK_WORDS words at least. Never throws. */
  take(view: GuestView, into: Uint32Array): void {
    this.count = 0;
    this.flags = 0;
    const memory = this.#memory;
    const { registers } = view;
    const ip = memory.register(registers.ip) >>> 0;
    if (reachesDevice(view, memory, ip)) {
      this.flags = WALK_EXACT;
      this.#add(into, ip);
    }
    let ebp = memory.register(registers.general + REG_EBP) >>> 0;
    let stacks = 0;
    // Each round adds an address, and there is an end to those.
    while ((this.flags & WALK_CUT) === 0) {
      memory.readFrame(ebp);
      const { caller, returnAddress: address } = memory;
      if (address === NOTHING || !this.#isAfterCall(address)) return;
      this.#add(into, address);
      if (isEncoded(caller, ebp)) {
        ebp = this.#leaveInterrupt(into, (caller | ENCODED_BIT) >>> 0);
        continue;
      }
      if (caller >>> STACK_SHIFT !== ebp >>> STACK_SHIFT) {
        stacks += 1;
        if (stacks > MAX_STACKS) return;
      } else if (caller <= ebp) {
        // Callers are above who they call.
        return;
      }
      ebp = caller;
    }
  }

  /** Goes on where an interrupt came in: at the EBP that it saved; 0, where no stack is, if it came in a program. */
  #leaveInterrupt(into: Uint32Array, registers: number): number {
    const memory = this.#memory;
    const cs = memory.word(registers + PT_REGS_CS);
    if (cs === NOTHING || (cs & PRIVILEGE_MASK) !== 0 || (cs & 0xffff) === 0) return 0;
    const ip = memory.word(registers + PT_REGS_IP);
    if (ip === NOTHING) return 0;
    this.#add(into, WALK_INTERRUPTED_HERE);
    this.#add(into, ip);
    return memory.word(registers + PT_REGS_BP);
  }

  #add(into: Uint32Array, address: number): void {
    if (this.count === MAX_ADDRESSES) {
      this.flags |= WALK_CUT;
      return;
    }
    into[WALK_ADDRESSES + this.count] = address;
    this.count += 1;
  }

  /** Whether a call is before the address, in the kernel's memory: now, or at a walk since `forget`. */
  #isAfterCall(address: number): boolean {
    const place = Math.imul(address, SPREAD) >>> SPREAD_SHIFT;
    if (this.#known[place] === address && address !== 0) return true;
    if (!this.#isCallBefore(address)) return false;
    this.#known[place] = address;
    return true;
  }

  #isCallBefore(address: number): boolean {
    const memory = this.#memory;
    if (memory.byte((address - CALL_LENGTH) >>> 0) === CALL) return true;
    for (const length of INDIRECT_LENGTHS) {
      const at = (address - length) >>> 0;
      const isCall =
        memory.byte(at) === CALL_INDIRECT &&
        (memory.byte((at + 1) >>> 0) & INDIRECT_FIELD) === INDIRECT_IS_CALL;
      if (isCall) return true;
    }
    return false;
  }
}

/** Whether a saved EBP names the registers above its frame. */
function isEncoded(caller: number, ebp: number): boolean {
  return (caller | ENCODED_BIT) >>> 0 === ebp + FRAME_BYTES && caller < ENCODED_BIT;
}

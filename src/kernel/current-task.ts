// Which task a 32-bit Linux runs, seen from outside.
//
// Where a task keeps what it is called depends on the kernel's configuration. The first task shows it: its name is known,
// and it is its own parent (`struct task_struct` in include/linux/sched.h):
//
//   pid, tgid, [stack_canary,] real_parent, parent, ..., comm[16]

import { NOTHING, type GuestView } from './guest-view.ts';
import type { KernelMemory } from './kernel-memory.ts';
import type { KernelProfile } from './kernel-profile.ts';
import {
  COMM_WORDS,
  WALK_COMM,
  WALK_INTERRUPT,
  WALK_PID,
  WALK_TASK,
  WALK_TGID,
} from './walk-layout.ts';

/** A task is smaller, with all that can be configured, than so many bytes. */
const MAX_TASK_BYTES = 0x4000;
/** "swapper", the name of the first task, little-endian; "swapper/0" in a kernel for several processors. */
const SWAP = 0x7061_7773;
const PER = 0x0072_6570;
const PER_MASK = 0x00ff_ffff;

/** `preempt_count`: in a non-maskable interrupt, an interrupt, or a soft one (include/linux/preempt.h). */
const IN_INTERRUPT = 0x00ff_0100;

/** Reads the current task. It remembers where in a task what lies, as long as the first task looks the same, which lasts. */
export class CurrentTask {
  /** How often it looked for that. */
  looks = 0;
  readonly #memory: KernelMemory;
  readonly #profile: KernelProfile;
  #pid = 0;
  #comm = 0;

  constructor(memory: KernelMemory, profile: KernelProfile) {
    this.#memory = memory;
    this.#profile = profile;
  }

  /** Writes words 1 to 6 of a walk, and returns WALK_TASK and WALK_INTERRUPT as they are; 0 when the task is not known. Never throws. */
  take(view: GuestView, into: Uint32Array): number {
    const memory = this.#memory;
    const { currentTask, preemptCount, isPerCpu } = this.#profile;
    const offset = isPerCpu ? memory.register(view.registers.fsBase) : 0;
    const task = memory.word((currentTask + offset) >>> 0);
    if (task === NOTHING || !this.#knowsLayout()) return 0;
    const pid = memory.word((task + this.#pid) >>> 0);
    const tgid = memory.word((task + this.#pid + 4) >>> 0);
    if (pid === NOTHING || tgid === NOTHING) return 0;
    for (let word = 0; word < COMM_WORDS; word += 1) {
      const part = memory.word((task + this.#comm + word * 4) >>> 0);
      if (part === NOTHING) return 0;
      into[WALK_COMM + word] = part;
    }
    into[WALK_PID] = pid;
    into[WALK_TGID] = tgid;
    clearAfterName(into);
    if (preemptCount === null) return WALK_TASK;
    const count = memory.word((preemptCount + offset) >>> 0);
    if (count === NOTHING) return 0;
    return (count & IN_INTERRUPT) === 0 ? WALK_TASK : WALK_TASK | WALK_INTERRUPT;
  }

  #knowsLayout(): boolean {
    return (this.#comm !== 0 && this.#isFirstName(this.#comm)) || this.#learnLayout();
  }

  /** Looks through the first task, which is bounded. */
  #learnLayout(): boolean {
    const memory = this.#memory;
    const { initTask } = this.#profile;
    this.looks += 1;
    this.#comm = 0;
    let parents = 0;
    for (let offset = 8; offset < MAX_TASK_BYTES; offset += 4) {
      const word = memory.word((initTask + offset) >>> 0);
      if (word === NOTHING) return false;
      if (parents === 0) {
        if (word === initTask && memory.word((initTask + offset + 4) >>> 0) === initTask)
          parents = offset;
      } else if (word === SWAP && this.#isFirstName(offset)) {
        this.#comm = offset;
        // The first task's numbers are 0; a canary, which is not, may be behind them.
        const hasCanary = memory.word((initTask + parents - 4) >>> 0) !== 0;
        this.#pid = parents - (hasCanary ? 12 : 8);
        return this.#pid > 0;
      }
    }
    return false;
  }

  #isFirstName(offset: number): boolean {
    const memory = this.#memory;
    const name = (this.#profile.initTask + offset) >>> 0;
    const rest = memory.lastingWord((name + 4) >>> 0);
    return memory.lastingWord(name) === SWAP && rest !== NOTHING && (rest & PER_MASK) === PER;
  }
}

/** Makes everything behind a name's first zero byte zero, so that equal names are equal words. */
function clearAfterName(into: Uint32Array): void {
  let isOver = false;
  for (let index = WALK_COMM; index < WALK_COMM + COMM_WORDS; index += 1) {
    const kept: number = isOver ? 0 : upToZero(into[index] ?? 0);
    into[index] = kept;
    isOver = kept >>> 24 === 0;
  }
}

/** A word's bytes before its first zero byte. */
function upToZero(word: number): number {
  if ((word & 0xff) === 0) return 0;
  if ((word & 0xff00) === 0) return word & 0xff;
  if ((word & 0xff_0000) === 0) return word & 0xffff;
  return word;
}

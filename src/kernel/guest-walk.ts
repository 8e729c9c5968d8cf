// Who makes the guest do what it does at this moment: its kernel's stack, and its task, as words.

import { CurrentTask } from './current-task.ts';
import type { GuestView } from './guest-view.ts';
import { KernelMemory } from './kernel-memory.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { ReadNotes } from './read-notes.ts';
import { StackWalk } from './stack-walk.ts';
import { WALK_ADDRESSES, WALK_FLAGS, WALK_USER, WALK_WORDS } from './walk-layout.ts';
import { NO_WALK, WalkMemo } from './walk-memo.ts';

/**
 * Walks after which all is looked at anew that lasts while a kernel runs: its code, its first task, its large pages. There may be
 * another kernel.
 */
const WALKS_REMEMBERED = 4096;

const PRIVILEGE_MASK = 0xff;

/** Walks one guest. It may be used for guest after guest. */
export class GuestWalk {
  readonly #memory = new KernelMemory();
  readonly #stack = new StackWalk(this.#memory);
  readonly #memo = new WalkMemo();
  readonly #notes = new ReadNotes();
  /** What the latest walk that was made has found. */
  readonly #made = new Uint32Array(WALK_WORDS);
  #madeLength = 0;
  #task: CurrentTask | undefined;
  #view: GuestView | undefined;
  #walks = 0;
  /** Where the latest walk is kept; NO_WALK: it is the one that was made last. */
  #place = NO_WALK;

  /** Without a profile the task stays unknown. */
  constructor(profile?: KernelProfile) {
    this.setProfile(profile);
  }

  setProfile(profile: KernelProfile | undefined): void {
    this.#task = profile && new CurrentTask(this.#memory, profile);
    this.#memo.forget();
  }

  /**
   * Walks, and returns the number of the walk: walks of the same number have found the same. The first number is 1. It never
   * throws, whatever the guest's memory holds, and makes no objects.
   */
  find(view: GuestView): number {
    this.#walks += 1;
    if (view !== this.#view || this.#walks % WALKS_REMEMBERED === 0) this.#forget(view);
    this.#place = this.#memo.find(view);
    return this.#place === NO_WALK ? this.#make(view) : this.#memo.numberAt(this.#place);
  }

  /** Writes the walk that was found last (walk-layout.ts) into `into`, which has WALK_WORDS words at least, and returns the number of words. */
  copy(into: Uint32Array): number {
    if (this.#place !== NO_WALK) return this.#memo.copy(this.#place, into);
    const length = this.#madeLength;
    for (let index = 0; index < length; index += 1) into[index] = this.#made[index] ?? 0;
    return length;
  }

  /** `find` and `copy` at once. */
  take(view: GuestView, into: Uint32Array): number {
    this.find(view);
    return this.copy(into);
  }

  #make(view: GuestView): number {
    const looks = this.#task?.looks;
    this.#madeLength = this.#walk(view, this.#made);
    // Other places were read in walks before
    if (looks !== this.#task?.looks) this.#memo.forget();
    // One that has read too much is made anew each time
    if (this.#notes.isOver) return this.#memo.nextNumber();
    this.#place = this.#memo.keep(view, this.#notes, this.#made, this.#madeLength);
    return this.#memo.numberAt(this.#place);
  }

  #walk(view: GuestView, into: Uint32Array): number {
    this.#notes.clear();
    this.#memory.begin(view, this.#notes);
    into.fill(0, 0, WALK_ADDRESSES);
    const isUser = (this.#memory.register(view.registers.privilege) & PRIVILEGE_MASK) !== 0;
    // The stack first: what tells walks apart is compared first
    if (!isUser) this.#stack.take(view, into);
    const task = this.#task?.take(view, into) ?? 0;
    if (isUser) {
      into[WALK_FLAGS] = task | WALK_USER;
      return WALK_ADDRESSES;
    }
    into[WALK_FLAGS] = task | this.#stack.flags;
    return WALK_ADDRESSES + this.#stack.count;
  }

  #forget(view: GuestView): void {
    this.#view = view;
    this.#stack.forget();
    this.#memo.forget();
  }
}

// Who makes the guest do what it does at this moment: its kernel's stack, and its task, as words.

import { CurrentTask } from './current-task.ts';
import type { GuestView } from './guest-view.ts';
import { KernelMemory } from './kernel-memory.ts';
import type { KernelProfile } from './kernel-profile.ts';
import type { ReadNotes } from './read-notes.ts';
import { StackWalk } from './stack-walk.ts';
import { WALK_ADDRESSES, WALK_FLAGS, WALK_USER } from './walk-layout.ts';
import { WalkMemo, type MadeWalk } from './walk-memo.ts';

/** Walks after which all code is looked at anew: a kernel may be given other code. */
const WALKS_REMEMBERED = 4096;

/** Walks one guest. It may be used for guest after guest. */
export class GuestWalk {
  readonly #memory = new KernelMemory();
  readonly #stack = new StackWalk(this.#memory);
  readonly #memo = new WalkMemo();
  #task: CurrentTask | undefined;
  #view: GuestView | undefined;
  #walks = 0;
  #number = 0;

  /** Without a profile the task stays unknown. */
  constructor(profile?: KernelProfile) {
    this.setProfile(profile);
  }

  /** Of the latest walk: walks of the same number have found the same. The first number is 1. */
  get number(): number {
    return this.#number;
  }

  setProfile(profile: KernelProfile | undefined): void {
    this.#task = profile && new CurrentTask(this.#memory, profile);
    this.#memo.forget();
  }

  /**
   * Writes a walk (walk-layout.ts) into `into`, which has WALK_WORDS words at least, and returns the number of words.
   * It never throws, whatever the guest's memory holds, and makes no objects.
   */
  take(view: GuestView, into: Uint32Array): number {
    this.#walks += 1;
    if (view !== this.#view || this.#walks % WALKS_REMEMBERED === 0) this.#forget(view);
    const made = this.#memo.find(view) ?? this.#make(view);
    const { words, length } = made;
    for (let index = 0; index < length; index += 1) into[index] = words[index] ?? 0;
    this.#number = made.number;
    return length;
  }

  #make(view: GuestView): MadeWalk {
    const made = this.#memo.begin(view);
    const looks = this.#task?.looks;
    made.length = this.#walk(view, made.words, made.notes);
    // Other places were read in walks before
    if (looks !== this.#task?.looks) this.#memo.forget();
    this.#memo.keep(view);
    return made;
  }

  #walk(view: GuestView, into: Uint32Array, notes: ReadNotes): number {
    this.#memory.begin(view, notes);
    into.fill(0, 0, WALK_ADDRESSES);
    const task = this.#task?.take(view, into) ?? 0;
    if (view.isUser) {
      into[WALK_FLAGS] = task | WALK_USER;
      return WALK_ADDRESSES;
    }
    this.#stack.take(view, into);
    into[WALK_FLAGS] = task | this.#stack.flags;
    return WALK_ADDRESSES + this.#stack.count;
  }

  #forget(view: GuestView): void {
    this.#view = view;
    this.#stack.forget();
    this.#memo.forget();
  }
}

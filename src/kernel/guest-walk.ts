// Who makes the guest do what it does at this moment: its kernel's stack, and its task, as words.

import { CurrentTask } from './current-task.ts';
import type { GuestView } from './guest-view.ts';
import { KernelMemory } from './kernel-memory.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { StackWalk } from './stack-walk.ts';
import { WALK_ADDRESSES, WALK_FLAGS, WALK_USER } from './walk-layout.ts';

/** Walks one guest. It may be used for guest after guest. */
export class GuestWalk {
  readonly #memory = new KernelMemory();
  readonly #stack = new StackWalk(this.#memory);
  readonly #task: CurrentTask | undefined;

  /** Without a profile the task stays unknown. */
  constructor(profile: KernelProfile | undefined) {
    this.#task = profile && new CurrentTask(this.#memory, profile);
  }

  /**
   * Writes a walk (walk-layout.ts) into `into`, which has WALK_WORDS words at least, and returns the number of words.
   * It never throws, whatever the guest's memory holds, and makes no objects.
   */
  take(view: GuestView, into: Uint32Array): number {
    this.#memory.begin(view);
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
}

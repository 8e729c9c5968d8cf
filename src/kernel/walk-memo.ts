// Walks that were made: a driver asks for the same things from the same place over and over, and then nothing of what a walk
// reads has changed. To see that is a few loads, without page tables.

import { REG_EBP, type GuestView } from './guest-view.ts';
import { ReadNotes } from './read-notes.ts';
import { WALK_WORDS } from './walk-layout.ts';

/** Walks are looked for among those of the same place on a stack; 256 in all, of 2 KiB each. */
const PLACES = 32;
const WAYS = 8;
/** Spreads addresses, which are near each other (Knuth's multiplier). */
const SPREAD = 0x9e37_79b1;
const SPREAD_SHIFT = 27;

/** One walk: what it read, and what it found. */
export class MadeWalk {
  readonly notes = new ReadNotes();
  readonly words = new Uint32Array(WALK_WORDS);
  length = 0;
  /** No other walk has it. */
  number = 0;
  #ip = 0;
  #cr0 = 0;
  #cr3 = 0;
  #cr4 = 0;
  #fsBase = 0;
  #isUser = false;

  /** Nothing is read yet. */
  begin({ ip, isUser, cr0, cr3, cr4, fsBase }: GuestView): void {
    this.notes.clear();
    this.length = 0;
    this.number = 0;
    this.#ip = ip;
    this.#cr0 = cr0;
    this.#cr3 = cr3;
    this.#cr4 = cr4;
    this.#fsBase = fsBase;
    this.#isUser = isUser;
  }

  /** Whether a walk would find the same now. */
  holds(view: GuestView, words: Int32Array): boolean {
    return (
      this.length !== 0 &&
      this.#ip === view.ip &&
      this.#cr3 === view.cr3 &&
      this.notes.hold(view, words) &&
      this.#cr0 === view.cr0 &&
      this.#cr4 === view.cr4 &&
      this.#fsBase === view.fsBase &&
      this.#isUser === view.isUser
    );
  }
}

/** Walks of one guest, the latest of each place. */
export class WalkMemo {
  readonly #walks: MadeWalk[] = [];
  /** Of each place, the way that the next walk takes. */
  readonly #next = new Uint8Array(PLACES);
  #spare = new MadeWalk();
  #number = 0;

  /** The walk that would be made now, if it was made before. */
  find(view: GuestView): MadeWalk | undefined {
    const { words } = view;
    const first = placeOf(view) * WAYS;
    for (let way = 0; way < WAYS; way += 1) {
      const walk = this.#walks[first + way];
      if (walk?.holds(view, words) === true) return walk;
    }
    return undefined;
  }

  /** A walk to make; good until the next call. */
  begin(view: GuestView): MadeWalk {
    this.#spare.begin(view);
    return this.#spare;
  }

  /** Keeps the walk that was begun, unless it has read too much. */
  keep(view: GuestView): void {
    const walk = this.#spare;
    this.#number += 1;
    walk.number = this.#number;
    if (walk.notes.isOver) return;
    const place = placeOf(view);
    const way = this.#next[place] ?? 0;
    this.#next[place] = (way + 1) % WAYS;
    this.#fill();
    this.#spare = this.#walks[place * WAYS + way] ?? this.#spare;
    this.#walks[place * WAYS + way] = walk;
  }

  /** Forgets all walks; numbers go on. */
  forget(): void {
    for (const walk of this.#walks) walk.length = 0;
  }

  #fill(): void {
    if (this.#walks.length > 0) return;
    for (let index = 0; index < PLACES * WAYS; index += 1) this.#walks.push(new MadeWalk());
  }
}

function placeOf(view: GuestView): number {
  return Math.imul(view.general(REG_EBP), SPREAD) >>> SPREAD_SHIFT;
}

// Walks that were made: a driver asks for the same things from the same place over and over, and then nothing of what a walk
// reads has changed. To see that is a few loads, without page tables.
//
// The guest has run since the latest walk, and nothing of all this is in the processor's caches any more: so what is kept of a
// walk lies in one piece, in the order in which it is read.
//
//   0        number of the walk; 0: none is here
//   1 .. 6   IP, CR3, CR0, CR4, where FS begins, whether a program runs
//   7, 8     where the pairs of registers and of words end
//   9 ..     pairs: the number of a register, and what was in it
//   17 ..    pairs: the index of a word, and the word
//   401 ..   how many words the walk found, and these

import { REG_EBP, type GuestView } from './guest-view.ts';
import { MAX_NOTED_REGISTERS, MAX_NOTED_WORDS, type ReadNotes } from './read-notes.ts';
import { WALK_WORDS } from './walk-layout.ts';

/** Walks are looked for among those of the same place on a stack; 256 in all, of 1.8 KB each. */
const PLACES = 32;
const WAYS = 8;
/** Spreads addresses, which are near each other (Knuth's multiplier). */
const SPREAD = 0x9e37_79b1;
const SPREAD_SHIFT = 27;

const NUMBER = 0;
const IP = 1;
const CR3 = 2;
const CR0 = 3;
const CR4 = 4;
const FS_BASE = 5;
const IS_USER = 6;
const REGISTERS_END = 7;
const WORDS_END = 8;
const REGISTERS = 9;
const WORDS = REGISTERS + 2 * MAX_NOTED_REGISTERS;
const LENGTH = WORDS + 2 * MAX_NOTED_WORDS;
const FOUND = LENGTH + 1;
/** Words of one walk, in whole lines of a cache. */
const STRIDE = Math.ceil((FOUND + WALK_WORDS) / 16) * 16;

/** Numbers of walks begin again behind it: those of before are long gone then. */
const MAX_NUMBER = 0x7fff_ffff;

/** No walk is where this is said. */
export const NO_WALK = -1;

/** Walks of one guest, the latest of each place. */
export class WalkMemo {
  #walks = new Int32Array(0);
  /** Of each place, the way that was found last, and the one that the next walk takes. */
  readonly #latest = new Uint8Array(PLACES);
  readonly #next = new Uint8Array(PLACES);
  #number = 0;

  /** Where the walk is that would be made now, if it was made before; `NO_WALK`. */
  find(view: GuestView): number {
    if (this.#walks.length === 0) return NO_WALK;
    const { words } = view;
    const place = placeOf(view);
    const latest = this.#latest[place] ?? 0;
    for (let way = 0; way < WAYS; way += 1) {
      // The latest first: a driver that maps pages does that from one place
      const at = (place * WAYS + (way ^ latest)) * STRIDE;
      if (!this.#holds(at, view, words)) continue;
      this.#latest[place] = way ^ latest;
      return at;
    }
    return NO_WALK;
  }

  /** Keeps a walk that was just made, whose notes are not over, and returns where. */
  keep(view: GuestView, notes: ReadNotes, found: Uint32Array, length: number): number {
    if (this.#walks.length === 0) this.#walks = new Int32Array(PLACES * WAYS * STRIDE);
    const place = placeOf(view);
    const way = this.#next[place] ?? 0;
    this.#next[place] = (way + 1) % WAYS;
    this.#latest[place] = way;
    const at = (place * WAYS + way) * STRIDE;
    const walks = this.#walks;
    walks[at + NUMBER] = this.nextNumber();
    walks[at + IP] = view.ip;
    walks[at + CR3] = view.cr3;
    walks[at + CR0] = view.cr0;
    walks[at + CR4] = view.cr4;
    walks[at + FS_BASE] = view.fsBase;
    walks[at + IS_USER] = Number(view.isUser);
    const { registers, registersEnd, words, wordsEnd } = notes;
    walks[at + REGISTERS_END] = registersEnd;
    walks[at + WORDS_END] = wordsEnd;
    for (let index = 0; index < registersEnd; index += 1) {
      walks[at + REGISTERS + index] = registers[index] ?? 0;
    }
    for (let index = 0; index < wordsEnd; index += 1) {
      walks[at + WORDS + index] = words[index] ?? 0;
    }
    walks[at + LENGTH] = length;
    for (let index = 0; index < length; index += 1) walks[at + FOUND + index] = found[index] ?? 0;
    return at;
  }

  /** The number of a walk that is kept: no other one has it. */
  numberAt(at: number): number {
    return this.#walks[at + NUMBER] ?? 0;
  }

  /** Writes what a walk that is kept has found, and returns how many words. */
  copy(at: number, into: Uint32Array): number {
    const length = this.#walks[at + LENGTH] ?? 0;
    for (let index = 0; index < length; index += 1) {
      into[index] = this.#walks[at + FOUND + index] ?? 0;
    }
    return length;
  }

  /** A number for a walk. */
  nextNumber(): number {
    this.#number = this.#number === MAX_NUMBER ? 1 : this.#number + 1;
    return this.#number;
  }

  /** Forgets all walks; numbers go on. */
  forget(): void {
    for (let at = 0; at < this.#walks.length; at += STRIDE) this.#walks[at + NUMBER] = 0;
  }

  /** Whether the walk at a place, if there is one, would find the same now. */
  #holds(at: number, view: GuestView, words: Int32Array): boolean {
    const walks = this.#walks;
    if (walks[at + NUMBER] === 0 || walks[at + IP] !== (view.ip | 0)) return false;
    const registersEnd = at + REGISTERS + (walks[at + REGISTERS_END] ?? 0);
    for (let pair = at + REGISTERS; pair < registersEnd; pair += 2) {
      if (view.general(walks[pair] ?? 0) !== walks[pair + 1]) return false;
    }
    const wordsEnd = at + WORDS + (walks[at + WORDS_END] ?? 0);
    for (let pair = at + WORDS; pair < wordsEnd; pair += 2) {
      // Numbers on both sides, never undefined: so V8 compares words
      if ((words[walks[pair] ?? 0] ?? 0) !== (walks[pair + 1] ?? 0)) return false;
    }
    return (
      walks[at + CR3] === (view.cr3 | 0) &&
      walks[at + CR0] === (view.cr0 | 0) &&
      walks[at + CR4] === (view.cr4 | 0) &&
      walks[at + FS_BASE] === (view.fsBase | 0) &&
      walks[at + IS_USER] === Number(view.isUser)
    );
  }
}

function placeOf(view: GuestView): number {
  return Math.imul(view.general(REG_EBP), SPREAD) >>> SPREAD_SHIFT;
}

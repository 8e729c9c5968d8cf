// Walks that were made: a driver asks for the same things from the same place over and over, and then nothing of what a walk
// reads has changed. To see that is a few loads, without page tables.
//
// The guest has run since the latest walk, and goes on: each line of a cache counts that is read here, twice. What is kept of a walk
// lies in one piece, in the order in which it is compared; words that lie one behind the other, as the two of each frame do,
// are named once.
//
//   0        number of the walk; 0: none is here
//   1, 2     where twos and ones end
//   3 ..     twos: the index of a word, the word, and the one behind it
//            ones: the index of a word, and the word
//   387 ..   how many words the walk found, and these

import { REG_EBP, type GuestView } from './guest-view.ts';
import { MAX_NOTED, type ReadNotes } from './read-notes.ts';
import { WALK_WORDS } from './walk-layout.ts';

/** Walks are looked for among those of the same place on a stack; 256 in all, of 1.7 KB each. */
const PLACES = 32;
const WAYS = 8;
/** Spreads addresses, which are near each other (Knuth's multiplier). */
const SPREAD = 0x9e37_79b1;
const SPREAD_SHIFT = 27;

const NUMBER = 0;
const TWOS_END = 1;
const ONES_END = 2;
const NOTES = 3;
const LENGTH = NOTES + 2 * MAX_NOTED;
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
    const walks = this.#walks;
    if (walks.length === 0) return NO_WALK;
    const { words } = view;
    const place = placeOf(view, words);
    const latest = this.#latest[place] ?? 0;
    for (let way = 0; way < WAYS; way += 1) {
      // The latest first: a driver that maps pages does that from one place
      const at = (place * WAYS + (way ^ latest)) * STRIDE;
      if (!holds(walks, at, words)) continue;
      if (way !== 0) this.#latest[place] = way ^ latest;
      return at;
    }
    return NO_WALK;
  }

  /** Keeps a walk that was just made, whose notes are not over, and returns where. */
  keep(view: GuestView, notes: ReadNotes, found: Uint32Array, length: number): number {
    if (this.#walks.length === 0) this.#walks = new Int32Array(PLACES * WAYS * STRIDE);
    const place = placeOf(view, view.words);
    const way = this.#next[place] ?? 0;
    this.#next[place] = (way + 1) % WAYS;
    this.#latest[place] = way;
    const at = (place * WAYS + way) * STRIDE;
    const walks = this.#walks;
    walks[at + NUMBER] = this.nextNumber();
    const twosEnd = putNotes(walks, at + NOTES, notes, true);
    walks[at + TWOS_END] = twosEnd;
    walks[at + ONES_END] = putNotes(walks, twosEnd, notes, false);
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
}

/** Writes the notes of words that lie one behind the other, or the other ones, from `end` on; returns where they end. */
function putNotes(
  walks: Int32Array,
  end: number,
  { pairs, end: last }: ReadNotes,
  isTwos: boolean,
): number {
  for (let pair = 0; pair < last; pair += 2) {
    const index = pairs[pair] ?? 0;
    const isTwo = pair + 2 < last && pairs[pair + 2] === index + 1;
    if (isTwo === isTwos) {
      walks[end] = index;
      walks[end + 1] = pairs[pair + 1] ?? 0;
      if (isTwo) walks[end + 2] = pairs[pair + 3] ?? 0;
      end += isTwo ? 3 : 2;
    }
    if (isTwo) pair += 2;
  }
  return end;
}

/** Whether the walk at a place, if there is one, would find the same now. */
function holds(walks: Int32Array, at: number, words: Int32Array): boolean {
  if (walks[at + NUMBER] === 0) return false;
  // Numbers on both sides, never undefined: so V8 compares words
  const twosEnd = walks[at + TWOS_END] ?? 0;
  for (let note = at + NOTES; note < twosEnd; note += 3) {
    const index = walks[note] ?? 0;
    if ((words[index] ?? 0) !== (walks[note + 1] ?? 0)) return false;
    if ((words[index + 1] ?? 0) !== (walks[note + 2] ?? 0)) return false;
  }
  const onesEnd = walks[at + ONES_END] ?? 0;
  for (let note = twosEnd; note < onesEnd; note += 2) {
    if ((words[walks[note] ?? 0] ?? 0) !== (walks[note + 1] ?? 0)) return false;
  }
  return true;
}

function placeOf({ registers }: GuestView, words: Int32Array): number {
  return Math.imul(words[registers.general + REG_EBP] ?? 0, SPREAD) >>> SPREAD_SHIFT;
}

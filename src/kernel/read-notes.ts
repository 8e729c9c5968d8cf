// What a walk has read of a guest. Another one reads the same, and so finds the same, as long as all of it is as it was.

import type { GuestView } from './guest-view.ts';

/** A walk reads some 100 words; few read more, and of those nothing is kept. */
const MAX_READS = 192;

export class ReadNotes {
  /** Indices of words; of a register, the complement of its number. */
  readonly #places = new Int32Array(MAX_READS);
  readonly #values = new Int32Array(MAX_READS);
  #count = 0;
  #latest = 0;
  #isOver = false;

  /** Whether there was more than can be noted. */
  get isOver(): boolean {
    return this.#isOver;
  }

  clear(): void {
    this.#count = 0;
    this.#latest = 0;
    this.#isOver = false;
  }

  /** A word at its index in the view's `words`. */
  addWord(index: number, value: number): void {
    // Bytes are read one by one
    if (index !== this.#latest) this.#add(index, value);
    this.#latest = index;
  }

  addRegister(index: number, value: number): void {
    this.#add(~index, value);
  }

  /** Whether everything that was read is the same now. `words` are the view's. */
  hold(view: GuestView, words: Int32Array): boolean {
    const places = this.#places;
    const values = this.#values;
    for (let at = 0; at < this.#count; at += 1) {
      const place = places[at] ?? 0;
      const now = place < 0 ? view.general(~place) : words[place];
      if (now !== values[at]) return false;
    }
    return true;
  }

  #add(place: number, value: number): void {
    if (this.#count === MAX_READS) {
      this.#isOver = true;
      return;
    }
    this.#places[this.#count] = place;
    this.#values[this.#count] = value;
    this.#count += 1;
  }
}

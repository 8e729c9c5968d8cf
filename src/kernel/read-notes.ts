// What a walk has read of a guest. Another one reads the same, and so finds the same, as long as all of it is as it was.

import type { GuestView } from './guest-view.ts';

/** A walk reads some 100 words; few read more, and of those nothing is kept. */
const MAX_WORDS = 192;
/** EBP, and those that an instruction adds to an address. */
const MAX_REGISTERS = 4;

export class ReadNotes {
  /** Pairs: the index of a word, and the word. */
  readonly #words = new Int32Array(2 * MAX_WORDS);
  /** Pairs: the number of a register, and what is in it. */
  readonly #registers = new Int32Array(2 * MAX_REGISTERS);
  #wordsEnd = 0;
  #registersEnd = 0;
  #latest = -1;
  #isOver = false;

  /** Whether there was more than can be noted. */
  get isOver(): boolean {
    return this.#isOver;
  }

  clear(): void {
    this.#wordsEnd = 0;
    this.#registersEnd = 0;
    this.#latest = -1;
    this.#isOver = false;
  }

  /** A word at its index in the view's `words`. */
  addWord(index: number, value: number): void {
    // Bytes are read one by one
    if (index === this.#latest) return;
    this.#latest = index;
    const end = this.#wordsEnd;
    if (end === this.#words.length) {
      this.#isOver = true;
      return;
    }
    this.#words[end] = index;
    this.#words[end + 1] = value;
    this.#wordsEnd = end + 2;
  }

  addRegister(number: number, value: number): void {
    const end = this.#registersEnd;
    if (end === this.#registers.length) {
      this.#isOver = true;
      return;
    }
    this.#registers[end] = number;
    this.#registers[end + 1] = value;
    this.#registersEnd = end + 2;
  }

  /** Whether everything that was read is the same now. `words` are the view's. */
  hold(view: GuestView, words: Int32Array): boolean {
    const registers = this.#registers;
    for (let at = 0; at < this.#registersEnd; at += 2) {
      if (view.general(registers[at] ?? 0) !== registers[at + 1]) return false;
    }
    const pairs = this.#words;
    const end = this.#wordsEnd;
    for (let at = 0; at < end; at += 2) {
      // Numbers on both sides, never undefined: so V8 compares words
      if ((words[pairs[at] ?? 0] ?? 0) !== (pairs[at + 1] ?? 0)) return false;
    }
    return true;
  }
}

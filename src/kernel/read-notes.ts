// What a walk has read of a guest. Another one reads the same, and so finds the same, as long as all of it is as it was.

/** A walk reads some 80 words; few read more, and of those nothing is kept. */
export const MAX_NOTED = 192;

export class ReadNotes {
  /** Pairs: the index of a word in the view's `words`, and the word. */
  readonly pairs = new Int32Array(2 * MAX_NOTED);
  #end = 0;
  #latest = -1;
  #isOver = false;

  /** Where the pairs end. */
  get end(): number {
    return this.#end;
  }

  /** Whether there was more than can be noted. */
  get isOver(): boolean {
    return this.#isOver;
  }

  clear(): void {
    this.#end = 0;
    this.#latest = -1;
    this.#isOver = false;
  }

  /** A word at its index in the view's `words`. */
  add(index: number, value: number): void {
    // Bytes are read one by one
    if (index === this.#latest) return;
    this.#latest = index;
    const end = this.#end;
    if (end === this.pairs.length) {
      this.#isOver = true;
      return;
    }
    this.pairs[end] = index;
    this.pairs[end + 1] = value;
    this.#end = end + 2;
  }
}

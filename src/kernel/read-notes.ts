// What a walk has read of a guest. Another one reads the same, and so finds the same, as long as all of it is as it was.

/** A walk reads some 80 words; few read more, and of those nothing is kept. */
export const MAX_NOTED_WORDS = 192;
/** EBP, and those that an instruction adds to an address. */
export const MAX_NOTED_REGISTERS = 4;

export class ReadNotes {
  /** Pairs: the index of a word in the view's `words`, and the word. */
  readonly words = new Int32Array(2 * MAX_NOTED_WORDS);
  /** Pairs: the number of a register, and what is in it. */
  readonly registers = new Int32Array(2 * MAX_NOTED_REGISTERS);
  #wordsEnd = 0;
  #registersEnd = 0;
  #latest = -1;
  #isOver = false;

  /** Where the pairs of `words` end. */
  get wordsEnd(): number {
    return this.#wordsEnd;
  }

  /** Where the pairs of `registers` end. */
  get registersEnd(): number {
    return this.#registersEnd;
  }

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
    if (end === this.words.length) {
      this.#isOver = true;
      return;
    }
    this.words[end] = index;
    this.words[end + 1] = value;
    this.#wordsEnd = end + 2;
  }

  addRegister(number: number, value: number): void {
    const end = this.#registersEnd;
    if (end === this.registers.length) {
      this.#isOver = true;
      return;
    }
    this.registers[end] = number;
    this.registers[end + 1] = value;
    this.#registersEnd = end + 2;
  }
}

// Text gathered into pieces that are worth writing.

/** Characters of a piece, at least. */
const PIECE = 1 << 16;

export class Pieces {
  #parts: string[] = [];
  #length = 0;

  /** Adds text; gives out a piece when there is enough for one. */
  *add(text: string): Generator<string> {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= PIECE) yield* this.end();
  }

  /** Gives out what is left. */
  *end(): Generator<string> {
    if (this.#length > 0) yield this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
  }
}

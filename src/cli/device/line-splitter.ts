// A stream of bytes -> lines, with a bound on what one line may take.

const LINE_FEED = 0x0a;

/** A line without its line feed; undefined for one that was too long, whose bytes are gone. */
export type SplitLine = string | undefined;

/** Keeps at most `maxBytes` and one chunk. */
export class LineSplitter {
  readonly #maxBytes: number;
  /** What is there of a line without an end. */
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this chunk. */
  *add(chunk: Uint8Array): Generator<SplitLine> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, end));
      yield this.#take();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The line that the stream ended in, if it did not end with a line feed. */
  *end(): Generator<SplitLine> {
    if (this.#length > 0) yield this.#take();
  }

  #keep(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length > this.#maxBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #take(): SplitLine {
    const pieces = this.#pieces;
    const isTooLong = this.#length > this.#maxBytes;
    this.#pieces = [];
    this.#length = 0;
    if (isTooLong) return undefined;
    const [first] = pieces;
    const bytes = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }
}

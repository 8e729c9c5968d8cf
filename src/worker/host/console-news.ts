// Gathers what the console prints between two batches, within bounds.

/** Bytes one batch carries at most: a guest that prints without end can not grow the host's memory. */
const MAX_CONSOLE = 1 << 18;

/** What `take` returns. */
export interface Gathered {
  /** Whether the console begins anew. */
  readonly isConsoleAnew: boolean;
  readonly console: Uint8Array<ArrayBuffer>;
}

/** Collects console output until it is taken. */
export class ConsoleNews {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #isAnew = false;

  /** Whether there is anything to take. */
  get hasNews(): boolean {
    return this.#length > 0;
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    while (this.#length > MAX_CONSOLE && this.#pieces.length > 1) {
      this.#length -= this.#pieces.shift()?.length ?? 0;
    }
  }

  /** Everything since the last call. */
  take(): Gathered {
    const console = new Uint8Array(this.#length);
    let offset = 0;
    for (const piece of this.#pieces) {
      console.set(piece, offset);
      offset += piece.length;
    }
    const gathered = { isConsoleAnew: this.#isAnew, console };
    this.forget();
    return gathered;
  }

  /** What was printed until now is of another time, and all that the console has is added next. */
  begin(): void {
    this.forget();
    this.#isAnew = true;
  }

  forget(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#isAnew = false;
  }
}

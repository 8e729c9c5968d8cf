// What the console has printed: told as it comes, and all of it that is kept to those who come later, as a terminal does that was
// out of sight.

import { Emitter, type Dispose } from '../../src/base/emitter.ts';

/** More than the lines that a terminal keeps. */
const MAX_KEPT = 1 << 18;

export class KeptOutput {
  readonly #news = new Emitter<Uint8Array>();
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** Calls at once with what is kept, if there is any, and then with all that comes. */
  on(listener: (bytes: Uint8Array) => void): Dispose {
    for (const piece of this.#pieces) listener(piece);
    return this.#news.on(listener);
  }

  emit(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    while (this.#bytes - (this.#pieces[0]?.length ?? 0) >= MAX_KEPT) {
      this.#bytes -= this.#pieces.shift()?.length ?? 0;
    }
    this.#news.emit(bytes);
  }

  /** What was printed is history. */
  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}

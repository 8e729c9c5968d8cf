// Text that comes in pieces, line by line.

/** Characters of a line that are looked at: no trace has longer ones. */
const MAX_LINE = 1 << 16;

export class TextLines {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #count = 0;

  /** Lines so far, from 1. */
  get count(): number {
    return this.#count;
  }

  /** Calls with every line that these bytes end, without its end. */
  take(bytes: Uint8Array, onLine: (line: string) => void): void {
    const parts = this.#decoder.decode(bytes, { stream: true }).split('\n');
    for (const [index, part] of parts.entries()) {
      if (this.#rest.length < MAX_LINE) this.#rest += part;
      if (index < parts.length - 1) this.#end(onLine);
    }
  }

  /** There is no more: calls with what is left, if anything is. */
  end(onLine: (line: string) => void): void {
    if (this.#rest !== '') this.#end(onLine);
  }

  #end(onLine: (line: string) => void): void {
    const line = this.#rest.endsWith('\r') ? this.#rest.slice(0, -1) : this.#rest;
    this.#rest = '';
    this.#count += 1;
    onLine(line);
  }
}

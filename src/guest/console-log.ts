// What the guest's console printed, as text that patterns are looked for in.

/** Terminal control sequences (ECMA-48, 5.4), and the start of one at the end. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const CONTROL_SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*)?$/;

/** Characters kept; the oldest go first. */
const CAPACITY = 1 << 20;

/** Console text without carriage returns and control sequences, and how far it was read. */
export class ConsoleLog {
  readonly #decoder = new TextDecoder();
  #text = '';
  #read = 0;
  #unfinished = '';

  /** All that is kept, read or not. */
  get text(): string {
    return this.#text;
  }

  /** What no match has passed yet. */
  get unread(): string {
    return this.#text.slice(this.#read);
  }

  /** The last `count` lines, empty ones left out. */
  tail(count: number): readonly string[] {
    return this.#text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  }

  /** Takes what the console printed; a character or sequence may be cut in two. */
  take(bytes: Uint8Array): void {
    const text = this.#unfinished + this.#decoder.decode(bytes, { stream: true });
    this.#unfinished = UNFINISHED.exec(text)?.[0] ?? '';
    const finished = text.slice(0, text.length - this.#unfinished.length);
    this.#text += finished.replace(CONTROL_SEQUENCE, '').replaceAll('\r', '');
    const excess = this.#text.length - CAPACITY;
    if (excess > 0) {
      this.#text = this.#text.slice(excess);
      this.#read = Math.max(0, this.#read - excess);
    }
  }

  /** Looks for the pattern in what is unread; a match reads all up to its end. */
  match(pattern: RegExp | string): RegExpExecArray | undefined {
    const expression =
      typeof pattern === 'string'
        ? new RegExp(literally(pattern))
        : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    const found = expression.exec(this.unread);
    if (found === null) return undefined;
    this.#read += found.index + found[0].length;
    return found;
  }

  /** Counts everything printed so far as read. */
  skip(): void {
    this.#read = this.#text.length;
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

// One line at the bottom of a terminal that says what is waited for, while nothing else is said.

import type { CliOutput } from './guest-screen.ts';

/** The beginning of the line, and erase to its end (ECMA-48, 8.3.41). */
const ERASE = '\r\u001b[K';
const LINE_FEED = 10;
const REDRAW_MS = 1000;

/** Draws on standard error, which must be a terminal; everything else has to be said through `output`. */
export class StatusLine {
  readonly #target: CliOutput;
  readonly #text: () => string;
  readonly #columns: () => number;
  readonly #timer: NodeJS.Timeout;
  #isDrawn = false;
  /** Whether the cursor stands at the beginning of a line: else something would be overwritten. */
  #isFree = true;

  /** `text` is asked once a second. */
  constructor(target: CliOutput, text: () => string, columns: () => number) {
    this.#target = target;
    this.#text = text;
    this.#columns = columns;
    this.#timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  /** The same output as the target's, for which the line makes room. */
  readonly output: CliOutput = {
    out: (text) => this.#say(text, (each) => this.#target.out(each)),
    err: (text) => this.#say(text, (each) => this.#target.err(each)),
  };

  draw(): void {
    if (!this.#isFree) return;
    // A line that wraps can not be erased.
    this.#target.err(`${ERASE}${this.#text().slice(0, this.#columns() - 1)}`);
    this.#isDrawn = true;
  }

  /** Erases the line for good. */
  end(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #say(text: string | Uint8Array, write: (text: string | Uint8Array) => void): void {
    if (text.length === 0) return;
    this.#erase();
    write(text);
    this.#isFree = typeof text === 'string' ? text.endsWith('\n') : text.at(-1) === LINE_FEED;
  }

  #erase(): void {
    if (this.#isDrawn) this.#target.err(ERASE);
    this.#isDrawn = false;
  }
}

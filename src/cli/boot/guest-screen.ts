// What the user sees of a run: the guest's console, the output of commands, and our own words, on one terminal or two.

import { TerminalFilter } from './terminal-filter.ts';

/** Where a command's words go. */
export interface CliOutput {
  readonly out: (text: string | Uint8Array) => void;
  readonly err: (text: string | Uint8Array) => void;
}

/** Which words are wanted. */
export interface ScreenChoices {
  /** Standard output belongs to the line of JSON: all else goes to standard error. */
  readonly isJson: boolean;
  /** Without the guest's console; with `isJson` without anything but errors. */
  readonly isQuiet: boolean;
}

export class GuestScreen {
  readonly #output: CliOutput;
  readonly #choices: ScreenChoices;
  readonly #console = new TerminalFilter();
  #command = new TerminalFilter();

  constructor(output: CliOutput, choices: ScreenChoices) {
    this.#output = output;
    this.#choices = choices;
  }

  /** The guest's console printed this. */
  showConsole(bytes: Uint8Array): void {
    if (!this.#choices.isQuiet) this.#say(this.#console.take(bytes));
  }

  /** A command begins. */
  beginCommand(command: string): void {
    this.#command = new TerminalFilter();
    this.tell(`\n$ ${command}\n`);
  }

  /** A command printed this. */
  showOutput(text: string): void {
    this.#tellBytes(this.#command.take(new TextEncoder().encode(text)));
  }

  /** Words of our own. */
  tell(text: string): void {
    this.#tellBytes(new TextEncoder().encode(text));
  }

  /** What went wrong; a guest's last words may be in it. */
  fail(message: string): void {
    this.#output.err(new TerminalFilter().take(new TextEncoder().encode(`viommu: ${message}\n`)));
  }

  /** The end of standard output. */
  report(text: string): void {
    this.#output.out(text);
  }

  #tellBytes(bytes: Uint8Array): void {
    if (!this.#choices.isJson || !this.#choices.isQuiet) this.#say(bytes);
  }

  #say(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#choices.isJson) this.#output.err(bytes);
    else this.#output.out(bytes);
  }
}

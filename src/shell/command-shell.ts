// Runs commands in a POSIX shell at the other end of a serial line, and tells their output from everything around it.

/** What a command left behind. */
export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and standard error in the order they were written. */
  readonly output: string;
}

/** A command or its output is beyond what the line carries. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** ASCII record separator: begins every mark. The shell prints it, but its echo of our input never has it. */
const MARK = '\u001e';
/** A mark is shorter than this. */
const MAX_MARK = 32;
/** Busybox's line editor takes 1024 characters in a line. */
const MAX_PIECE = 600;
/** The emulated UART holds 4096 bytes that the guest has not taken yet. */
const MAX_SENT = 4000;
const MAX_OUTPUT = 16 << 20;
/** What a terminal's line discipline makes an interrupt of. */
const CONTROL_C = '\u0003';
/** Kills the session that the agent's shell has started last, and says nothing where it is gone. */
const KILL_LAST = 'kill -9 -$! 2>/dev/null\n';
const SAFE = /[A-Za-z0-9 _./:=,+@%-]/;

/** Escapes for printf's %b, so that no line discipline, editor or history can change a character. */
function escape(command: string): readonly string[] {
  return [...new TextEncoder().encode(command)].map((byte) => {
    const character = String.fromCharCode(byte);
    return SAFE.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
  });
}

/**
 * Runs what is in `viommu`, between two marks. Where there is no terminal, no signal key can end a command: it gets a
 * session of its own beside the shell, which goes on reading and can kill all of it.
 */
function launchLine(number: number, hasTerminal: boolean): string {
  const begin = `printf '\\036B${number};'`;
  const end = `printf "\\036E${number};%d;" $?`;
  return hasTerminal
    ? `${begin}; sh -c "$(printf %b "$viommu")" </dev/null 2>&1; ${end}\n`
    : `${begin}; setsid sh -c 'sh -c "$0"; ${end}' "$(printf %b "$viommu")" </dev/null 2>&1 &\n`;
}

/** Lines that collect the escaped command in the variable `viommu`. */
function assignments(command: string): readonly string[] {
  const pieces: string[] = [''];
  for (const part of escape(command)) {
    const last = pieces.at(-1) ?? '';
    if (last.length + part.length > MAX_PIECE) pieces.push(part);
    else pieces[pieces.length - 1] = last + part;
  }
  return pieces.map((piece, index) => `viommu=${index === 0 ? '' : '$viommu'}'${piece}'\n`);
}

/** One shell on one line; runs one command at a time. */
export class CommandShell {
  readonly #send: (text: string) => void;
  readonly #hasTerminal: boolean;
  #decoder = new TextDecoder();
  #number = 0;
  #started = false;
  #pieces: string[] = [];
  #length = 0;
  #carry = '';
  #result: CommandResult | undefined;
  #onOutput: ((text: string) => void) | undefined;

  /** `hasTerminal`: the line ends lines with CR LF, as terminals want it, and that is undone. */
  constructor(send: (text: string) => void, hasTerminal: boolean) {
    this.#send = send;
    this.#hasTerminal = hasTerminal;
  }

  /** How many commands were started; set when the guest is put back to where it was. */
  get count(): number {
    return this.#number;
  }

  set count(number: number) {
    this.#number = number;
    this.#result = undefined;
  }

  /** The outcome of the latest command; undefined while it runs. */
  get result(): CommandResult | undefined {
    return this.#result;
  }

  /** What the latest command printed so far. */
  get output(): string {
    return this.#pieces.join('');
  }

  /**
   * Starts a command in a `sh` of its own, without input; `onOutput` gets what it prints, as it comes. Throws
   * `CommandError` for a command that is too long for the line.
   */
  start(command: string, onOutput?: (text: string) => void): void {
    const number = this.#number + 1;
    const sent = [...assignments(command), launchLine(number, this.#hasTerminal)].join('');
    if (sent.length > MAX_SENT) {
      throw new CommandError(
        `The command has ${command.length} characters, too many for a serial line. Put it into a file of the share and run that.`,
      );
    }
    this.#number = number;
    this.#decoder = new TextDecoder();
    this.#started = false;
    this.#pieces = [];
    this.#length = 0;
    this.#carry = '';
    this.#result = undefined;
    this.#onOutput = onOutput;
    this.#send(sent);
  }

  /** Tells the processes of the latest command to end, so that the next one finds the shell free. */
  interrupt(): void {
    this.#onOutput = undefined;
    this.#send(this.#hasTerminal ? CONTROL_C : KILL_LAST);
  }

  /** Takes what came over the line. Throws `CommandError` when a command prints more than 16 MiB. */
  take(bytes: Uint8Array): void {
    if (this.#result !== undefined || this.#number === 0) return;
    this.#carry += this.#decoder.decode(bytes, { stream: true });
    if (!this.#started && !this.#skipPast(`${MARK}B${this.#number};`)) return;
    const over = new RegExp(`${MARK}E${this.#number};(\\d+);`).exec(this.#carry);
    if (over !== null) {
      this.#keep(over.index);
      this.#carry = '';
      this.#result = { exitCode: Number(over[1]), output: this.output };
      return;
    }
    // The beginning of the mark may have arrived, not yet its end; or the first half of an end of line.
    const mark = this.#carry.indexOf(MARK, Math.max(0, this.#carry.length - MAX_MARK));
    const end = mark === -1 ? this.#carry.length : mark;
    this.#keep(this.#carry.charAt(end - 1) === '\r' ? end - 1 : end);
    if (this.#length > MAX_OUTPUT) {
      throw new CommandError(`The command printed more than ${MAX_OUTPUT >> 20} MiB.`);
    }
  }

  #skipPast(mark: string): boolean {
    const index = this.#carry.indexOf(mark);
    this.#started = index !== -1;
    this.#carry = this.#carry.slice(this.#started ? index + mark.length : -MAX_MARK);
    return this.#started;
  }

  #keep(length: number): void {
    const piece = this.#carry.slice(0, length);
    const text = this.#hasTerminal ? piece.replaceAll('\r\n', '\n') : piece;
    this.#carry = this.#carry.slice(length);
    this.#length += length;
    if (text === '') return;
    this.#pieces.push(text);
    this.#onOutput?.(text);
  }
}
